/** Sobol's sequence (1967) in the order of Antonov and Saleev, with the direction numbers of Joe and Kuo (2008, new-joe-kuo-6). */

/** By dimension from the second: coefficients of the primitive polynomial as a number, and its first direction numbers. */
const DIRECTIONS: readonly { readonly a: number; readonly m: readonly number[] }[] = [
  { a: 0, m: [1] },
  { a: 1, m: [1, 3] },
  { a: 1, m: [1, 3, 1] },
  { a: 2, m: [1, 1, 1] },
  { a: 1, m: [1, 1, 3, 3] },
  { a: 4, m: [1, 3, 5, 13] },
];
const BITS = 30;

export const MOST_DIMENSIONS = DIRECTIONS.length + 1;

/** The first points in the unit cube, the origin first. Of 2^k points each axis has one in every 2^-k of its length. */
export function sobolPoints(count: number, dimensions: number): number[][] {
  if (dimensions > MOST_DIMENSIONS) throw new RangeError(`${dimensions} dimensions, of ${MOST_DIMENSIONS} at the most`);
  const directions = Array.from({ length: dimensions }, (_, dimension) => directionsOf(dimension));
  const current = new Array<number>(dimensions).fill(0);
  return Array.from({ length: count }, (_, index) => {
    if (index > 0) {
      const bit = trailingZeros(index);
      directions.forEach((own, dimension) => {
        current[dimension] = (current[dimension] ?? 0) ^ (own[bit] ?? 0);
      });
    }
    return current.map((value) => value / 2 ** BITS);
  });
}

function trailingZeros(value: number): number {
  let zeros = 0;
  while (((value >> zeros) & 1) === 0) zeros++;
  return zeros;
}

function directionsOf(dimension: number): number[] {
  const known = DIRECTIONS[dimension - 1];
  if (known === undefined) return Array.from({ length: BITS }, (_, bit) => 2 ** (BITS - 1 - bit));
  const degree = known.m.length;
  const numbers = known.m.map((m, bit) => m * 2 ** (BITS - 1 - bit));
  for (let bit = degree; bit < BITS; bit++) {
    const before = numbers[bit - degree] ?? 0;
    let value = before ^ (before >> degree);
    for (let term = 1; term < degree; term++)
      if ((known.a >> (degree - 1 - term)) & 1) value ^= numbers[bit - term] ?? 0;
    numbers.push(value);
  }
  return numbers;
}
