/**
 * A small reference matcher for EventBridge patterns, written from the service's documentation and independent of the compiler.
 * It knows what AWS knows of: literals, prefix, numeric, exists, wildcard, anything-but in its forms, and $or inside an object.
 */
type Json = unknown;
type Members = Readonly<Record<string, Json>>;

export function matchesPattern(pattern: Json, event: Json): boolean {
  if (!isMembers(pattern)) throw new TypeError('a pattern is an object');
  return Object.entries(pattern).every(([name, expected]) => {
    if (name === '$or') {
      if (!Array.isArray(expected) || expected.length < 2) throw new TypeError('$or takes two alternatives at least');
      const fields = expected.flatMap((each) => Object.keys(each as Members));
      if (fields.some((field) => Object.hasOwn(pattern, field))) throw new TypeError('a field inside and outside $or');
      return expected.some((each) => matchesPattern(each, event));
    }
    const value = isMembers(event) && Object.hasOwn(event, name) ? event[name] : undefined;
    if (!Array.isArray(expected)) return matchesPattern(expected, value);
    if (expected.length === 0) throw new TypeError(`empty list for ${name}`);
    const leaves = leavesOf(value);
    return expected.some((filter) =>
      isMembers(filter) && 'exists' in filter
        ? leaves.length > 0 === filter.exists
        : leaves.some((leaf) => matchesFilter(filter, leaf)),
    );
  });
}

function matchesFilter(filter: Json, leaf: Json): boolean {
  if (!isMembers(filter)) return filter === leaf;
  const [[operator, operand] = []] = Object.entries(filter);
  switch (operator) {
    case 'prefix':
      return typeof leaf === 'string' && leaf.startsWith(String(operand));
    case 'wildcard':
      return typeof leaf === 'string' && toExpression(String(operand)).test(leaf);
    case 'numeric':
      return typeof leaf === 'number' && matchesNumeric(operand as readonly (string | number)[], leaf);
    case 'anything-but':
      return !excluded(operand).some((each) => matchesFilter(each, leaf));
    default:
      throw new TypeError(`unknown operator ${operator}`);
  }
}

function excluded(operand: Json): Json[] {
  if (!isMembers(operand)) {
    const all = Array.isArray(operand) ? operand : [operand];
    if (all.length === 0 || new Set(all.map((each) => typeof each)).size > 1)
      throw new TypeError('mixed or empty list');
    return all;
  }
  const [[operator, values] = []] = Object.entries(operand);
  if (operator !== 'prefix' && operator !== 'wildcard') throw new TypeError(`cannot invert ${operator}`);
  return (Array.isArray(values) ? values : [values]).map((each) => ({ [operator]: each }));
}

function matchesNumeric(operand: readonly (string | number)[], leaf: number): boolean {
  for (let at = 0; at < operand.length; at += 2) {
    const bound = Number(operand[at + 1]);
    const holds = {
      '=': leaf === bound,
      '<': leaf < bound,
      '<=': leaf <= bound,
      '>': leaf > bound,
      '>=': leaf >= bound,
    };
    if (!holds[operand[at] as keyof typeof holds]) return false;
  }
  return true;
}

function toExpression(wildcard: string): RegExp {
  const parts = wildcard.match(/\\[\s\S]|\*|[^\\*]+/g) ?? [];
  const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(
    `^${parts.map((part) => (part === '*' ? '[\\s\\S]*' : literal(part.startsWith('\\') ? part.slice(1) : part))).join('')}$`,
  );
}

function leavesOf(value: Json): Json[] {
  if (Array.isArray(value)) return value.flatMap(leavesOf);
  return value === undefined || isMembers(value) ? [] : [value];
}

function isMembers(value: Json): value is Members {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
