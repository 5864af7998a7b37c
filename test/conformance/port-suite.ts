/** What every implementation of the ports must do, whatever is behind it: one file for each group of ports. */
import { acceptancesSuite } from './acceptances-suite';
import { contextsSuite } from './contexts-suite';
import { controlSuite } from './control-suite';
import { controllersSuite } from './controllers-suite';
import { effectsSuite } from './effects-suite';
import { incidentsSuite } from './incidents-suite';
import { lanesSuite } from './lanes-suite';
import type { PortsUnderTest } from './ports-under-test';
import { progressSuite } from './progress-suite';
import { recordsSuite } from './records-suite';
import { sagasSuite } from './sagas-suite';
import { storesSuite } from './stores-suite';
import { streamSuite } from './stream-suite';

export function describePorts(name: string, make: () => Promise<PortsUnderTest>): void {
  describe(`ports: ${name}`, () => {
    let ports: PortsUnderTest;
    beforeAll(async () => {
      ports = await make();
    });
    acceptancesSuite(() => ports);
    recordsSuite(() => ports);
    progressSuite(() => ports);
    contextsSuite(() => ports);
    effectsSuite(() => ports);
    controlSuite(() => ports);
    controllersSuite(() => ports);
    incidentsSuite(() => ports);
    lanesSuite(() => ports);
    streamSuite(() => ports);
    storesSuite(() => ports);
    sagasSuite(() => ports);
  });
}
