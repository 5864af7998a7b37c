/**
 * A payment provider to test with, never to take money with: its own books, a latency, answers that never arrive, and duplicates
 * recognised by their idempotency key. What it decides is decided by the same functions as in memory.
 */
import { TerminalError } from '../../../core/contracts/errors';
import {
  answerFind,
  type Charge,
  DECLINING_CARDS,
  decideCharge,
  decideRefund,
  type Payment,
  type PaymentAnswer,
  type PaymentDecision,
} from '../../../core/contracts/payment';
import type { ProviderLedger } from '../../../core/ports';

export interface DoubleSettings {
  /** Milliseconds before it works on a call: uniform between both. */
  readonly leastLatencyMs: number;
  readonly mostLatencyMs: number;
  /** Share of charges and refunds, 0-1, that are carried out and whose answer is lost. */
  readonly lostAnswers: number;
  /** Share of all calls, 0-1, that are lost before anything is done. */
  readonly lostCalls: number;
  /** How long a caller waits for a lost answer before it hears "unknown": longer than its own time-out shows a hang. */
  readonly hangMs: number;
}

export interface DoubleTools {
  readonly random: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** What the function is invoked with. */
export type ProviderCall =
  | { readonly operation: 'charge'; readonly charge: Charge }
  | { readonly operation: 'find' | 'refund'; readonly key: string };

/** Turns in which another call for the same key may come first. */
const MOST_TURNS = 8;

export function createProviderDouble(ledger: ProviderLedger, settings: DoubleSettings, tools: DoubleTools) {
  const lose = async (words: string): Promise<PaymentAnswer> => {
    await tools.sleep(settings.hangMs);
    return { status: 'unknown', words };
  };
  return async (value: unknown): Promise<PaymentAnswer> => {
    const call = parseProviderCall(value);
    const { leastLatencyMs, mostLatencyMs } = settings;
    await tools.sleep(leastLatencyMs + tools.random() * (mostLatencyMs - leastLatencyMs));
    if (tools.random() < settings.lostCalls) return lose('the call never arrived');
    const answer = await carryOut(ledger, call);
    return call.operation !== 'find' && tools.random() < settings.lostAnswers ? lose('the answer was lost') : answer;
  };
}

async function carryOut(ledger: ProviderLedger, call: ProviderCall): Promise<PaymentAnswer> {
  const key = call.operation === 'charge' ? call.charge.key : call.key;
  for (let turn = 0; turn < MOST_TURNS; turn++) {
    const before = await ledger.read(key);
    const { entry, answer } = decide(call, before);
    if (entry === undefined || (await ledger.put(entry, before))) return answer;
  }
  return { status: 'unknown', words: 'too many calls for one key at the same time' };
}

function decide(call: ProviderCall, before: Payment | undefined): PaymentDecision {
  if (call.operation === 'charge') return decideCharge(before, call.charge, DECLINING_CARDS[call.charge.card]);
  return call.operation === 'find' ? { answer: answerFind(before) } : decideRefund(before, call.key);
}

/** Throws a `TerminalError` for what no retry mends. */
export function parseProviderCall(value: unknown): ProviderCall {
  const { operation, key, charge } = (value ?? {}) as {
    readonly operation?: unknown;
    readonly key?: unknown;
    readonly charge?: Partial<Charge>;
  };
  if ((operation === 'find' || operation === 'refund') && isText(key)) return { operation, key };
  const { amountCents } = charge ?? {};
  if (operation !== 'charge' || !isText(charge?.key) || !isText(charge?.card) || !Number.isSafeInteger(amountCents))
    throw new TerminalError('the provider takes charge { key, amountCents, card }, find and refund { key }');
  if ((amountCents ?? 0) < 1) throw new TerminalError(`an amount of ${amountCents} cents cannot be taken`);
  return { operation, charge: charge as Charge };
}

const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.length >= 1 && value.length <= 256;
