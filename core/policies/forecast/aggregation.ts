/**
 * Exponentially weighted aggregation of experts (Cesa-Bianchi and Lugosi 2006, chapter 2), by their recent pinball loss: quantiles
 * are averaged with weights that fall exponentially with how much worse than the best an expert has lately been.
 */

export interface AggregationParameters {
  /** Weight of the newest loss in the moving average. */
  readonly lossAlpha: number;
  /** An expert whose loss is one per cent above the best one's has e^(-learningRate / 100) of its weight. */
  readonly learningRate: number;
}

/** The levels at which experts are compared: the band's ends, the middle, and where plans are made. */
export const JUDGED_LEVELS = [0.05, 0.5, 0.9, 0.95] as const;

/** Of an expert that has not been judged yet, on the scale: all begin alike. */
export const FIRST_LOSS = 0.1;
/** Losses below this are all perfect. */
const LEAST_LOSS = 1e-6;

/** What a quantile costs: `level` for each unit that the target is above it, 1 - `level` for each that it is below (Koenker and Bassett 1978). */
export function pinballLoss(target: number, quantile: number, level: number): number {
  return target >= quantile ? level * (target - quantile) : (1 - level) * (quantile - target);
}

/** `quantiles`: the expert's at `JUDGED_LEVELS`. */
export function updateLoss(loss: number, quantiles: readonly number[], target: number, lossAlpha: number): number {
  let newest = 0;
  JUDGED_LEVELS.forEach((level, index) => {
    newest += pinballLoss(target, quantiles[index] ?? 0, level);
  });
  return loss + lossAlpha * (newest - loss);
}

/** Sum to 1. */
export function expertWeights(losses: readonly number[], learningRate: number): number[] {
  const best = Math.max(LEAST_LOSS, Math.min(...losses));
  const shares = losses.map((loss) => Math.exp(-learningRate * Math.max(0, loss / best - 1)));
  const total = shares.reduce((sum, each) => sum + each, 0);
  return shares.map((each) => each / total);
}

/** The weighted average of the experts' quantiles, level by level; not falling, where theirs are not. */
export function averageQuantiles(byExpert: readonly (readonly number[])[], weights: readonly number[]): number[] {
  return (byExpert[0] ?? []).map((_, level) => {
    let sum = 0;
    for (let expert = 0; expert < byExpert.length; expert++)
      sum += (weights[expert] ?? 0) * (byExpert[expert]?.[level] ?? 0);
    return sum;
  });
}
