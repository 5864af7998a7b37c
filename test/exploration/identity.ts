/**
 * Which situations are the same one. Names of messages and receipts are numbered anew in order of appearance, so that situations
 * which differ in nothing else meet.
 *
 * Most of a situation is shared with the one before it, and nothing in it is ever changed in place. So each value is read once: it
 * gets a number, equal values the same one, and a situation is told by the numbers of its parts.
 */
import { createHash } from 'node:crypto';
import type { Situation } from './engine';

/** A value without its names, as a number, and its names in order of appearance. */
interface Shape {
  readonly number: number;
  readonly names: readonly string[];
}

/** Beyond that all are read anew, so that a long exploration does not keep every value that it ever met. */
const MOST_SHAPES = 50_000;

const isName = (text: string): boolean => /^[mr]\d+$/.test(text);

export class Identities {
  private readonly shapes = new Map<object, Shape>();
  private readonly numbers = new Map<string, number>();

  of({ world, running, used, active }: Situation): string {
    const { nextId: _id, tokens: _tokens, records, effects, contexts, published, ...rest } = world;
    const names: string[] = [];
    const inAnyOrder: readonly Readonly<Record<string, unknown>>[] = [records, effects, contexts, used];
    const parts = inAnyOrder.map((table) => this.entries(sorted(table), names));
    parts.push(`${published.map((each) => JSON.stringify(each.id)).sort()}`);
    for (const [name, table] of Object.entries(rest))
      parts.push(`${name}:${isTable(table) ? this.entries(Object.entries(table), names) : this.part(table, names)}`);
    for (const { actor, input, startedAtMs, answers, result } of running)
      parts.push(actor, this.part(input, names), `${startedAtMs}`, this.list(answers, names), this.part(result, names));
    return digest(`${parts.join('|')}|${active}|${renumbered(names)}`);
  }

  /** What is made anew for every situation is read through; only what is in it has a number. */
  private list(values: readonly unknown[], names: string[]): string {
    return `[${values.map((each) => this.part(each, names))}]`;
  }

  private entries(entries: readonly (readonly [string, unknown])[], names: string[]): string {
    let text = '{';
    for (const [key, value] of entries)
      if (value !== undefined) text += `${this.part(key, names)}:${this.part(value, names)},`;
    return `${text}}`;
  }

  private part(value: unknown, names: string[]): string {
    if (typeof value === 'object' && value !== null) {
      const shape = this.shapeOf(value);
      names.push(...shape.names);
      return `#${shape.number}`;
    }
    if (typeof value !== 'string' || !isName(value)) return JSON.stringify(value) ?? 'null';
    names.push(value);
    return '@';
  }

  private shapeOf(value: object): Shape {
    const known = this.shapes.get(value);
    if (known) return known;
    const names: string[] = [];
    const text = isTable(value) ? this.entries(Object.entries(value), names) : this.list(value as unknown[], names);
    const number = this.numbers.get(text) ?? this.numbers.size;
    this.numbers.set(text, number);
    const shape = { number, names };
    if (this.shapes.size >= MOST_SHAPES) this.shapes.clear();
    this.shapes.set(value, shape);
    return shape;
  }
}

function renumbered(names: readonly string[]): string {
  const seen = new Map<string, number>();
  let text = '';
  for (const name of names) {
    const number = seen.get(name) ?? seen.size;
    seen.set(name, number);
    text += `${number},`;
  }
  return text;
}

const isTable = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const sorted = (table: Readonly<Record<string, unknown>>) => Object.entries(table).sort(([a], [b]) => (a < b ? -1 : 1));
/** Short, so that millions of them can be kept. */
const digest = (text: string): string => createHash('md5').update(text).digest('base64');
