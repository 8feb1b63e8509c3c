import { isScalar } from 'yaml';
import type { MergeContext } from './context.ts';
import { adapt, type Layout } from './layout.ts';
import { mergeLines } from './merge-lines.ts';
import { isEncoded, isPem } from './opaque-text.ts';
import type { Entry } from './tree.ts';
import { type MergedRest, piece, splitLines } from './pieces.ts';
import { staysReadable } from './readable-text.ts';
import { readsAs } from './reads-as.ts';
import type { PresentTriple } from './triple.ts';

/**
 * Merges three literal block scalars (`|`) by line, where no line was changed by both and no changed lines touch.
 *
 * @returns undefined when that is not so, when the text is none to merge by line (PEM, base64), or when JSON or YAML inside
 *   would no longer parse
 */
export function mergeBlockScalar(triple: PresentTriple, target: Layout, context: MergeContext): MergedRest | undefined {
  const { base, current, incoming } = triple;
  if (base === undefined) return undefined;
  const entries = [base, current, incoming];
  const values = entries.map(literalValue);
  const [ofBase, ofCurrent, ofIncoming] = values;
  if (ofBase === undefined || ofCurrent === undefined || ofIncoming === undefined) return undefined;
  if (values.some((value) => value === undefined || isPem(value) || isEncoded(value))) return undefined;
  const value = mergeText(ofBase, ofCurrent, ofIncoming);
  const headers = entries.map((entry) => adapt(headerPiece(entry), target));
  const header = headers[0] === headers[1] ? headers[2] : headers[0] === headers[2] ? headers[1] : undefined;
  if (value === undefined || header === undefined) return undefined;
  if (!staysReadable([ofBase, ofCurrent, ofIncoming], value)) return undefined;
  const bodies = entries.map((entry) => adapt(bodyPiece(entry), target));
  const [bodyBase = '', bodyCurrent = '', bodyIncoming = ''] = /\d/.test(header) ? bodies : alike(bodies);
  const body = mergeText(bodyBase, bodyCurrent, bodyIncoming);
  if (body === undefined) return undefined;
  const number = context.values.scalar(`string ${value}`);
  const text = header + body;
  if (!readsAs(text, current.member, number, target, context)) return undefined;
  return { text, value: number, extraLead: '' };
}

/** Three bodies with one indentation, by the rule for texts: how far a literal's lines are indented is no part of its value. */
function alike(bodies: readonly string[]): readonly string[] {
  const [base, current = 0, incoming] = bodies.map((body) => /^(?:[ ]*\r?\n)*([ ]*)/.exec(body)?.[1]?.length ?? 0);
  const indent = base === current ? (incoming ?? 0) : current;
  return bodies.map((body, index) => {
    const own = ' '.repeat([base, current, incoming][index] ?? 0);
    return own.length === indent ? body : body.replaceAll(new RegExp(`^${own}`, 'gm'), ' '.repeat(indent));
  });
}

function literalValue(entry: Entry): string | undefined {
  const { yaml } = entry.node;
  return isScalar(yaml) && yaml.type === 'BLOCK_LITERAL' && typeof yaml.value === 'string' ? yaml.value : undefined;
}

function mergeText(base: string, current: string, incoming: string): string | undefined {
  const lines: string[] = [];
  for (const region of mergeLines(splitLines(base), splitLines(current), splitLines(incoming))) {
    if (!('ok' in region)) return undefined;
    for (const line of region.ok) lines.push(line);
  }
  return lines.join('');
}

function bodyStart(entry: Entry): number {
  const newline = entry.source.text.indexOf('\n', entry.node.start);
  return newline === -1 || newline >= entry.node.end ? entry.node.end : newline + 1;
}

function headerPiece(entry: Entry) {
  return piece(entry, entry.separatorEnd, bodyStart(entry));
}

function bodyPiece(entry: Entry) {
  return { ...piece(entry, bodyStart(entry), entry.to), mid: false };
}
