/** `npm run evaluate:overhead`: measures h / s of the runner, for `simulator/evaluation/measured.ts`. */
import { measureOverheadRatio } from './measure-overhead';

measureOverheadRatio().then(
  ({ overheadMs, recordMs, ratio }) =>
    console.log(`h ${overheadMs.toFixed(2)} ms, s ${recordMs.toFixed(3)} ms, h / s ${ratio.toFixed(0)}`),
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
