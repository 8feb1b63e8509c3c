import { isScalar } from 'yaml';
import { isSealiftError } from '../errors/index.ts';
import { isSecretKey } from '../secret/secret-key.ts';
import { parseText } from './parse.ts';
import type { TreeNode } from './tree.ts';
import type { Decision, MergePath, Side } from './types.ts';
import { Values } from './values.ts';

export const mask = '***';

/** Whether a path may hold a secret: one of its keys says so (`adminPassword`, `hec.token`), or the pack's schema does. */
export function isSecretPath(path: MergePath, declared: readonly string[] = []): boolean {
  if (path.some((element) => typeof element === 'string' && isSecretKey(element))) return true;
  if (declared.length === 0) return false;
  const dotted = path.map((element) => (typeof element === 'object' ? '*' : String(element))).join('.');
  return declared.includes(dotted);
}

/** The decision for screens and logs: values that may be secret read `***`. The merge itself never sees masked values. */
export function maskDecision(decision: Decision, declared: readonly string[] = []): Decision {
  const masked: { base?: Side; current?: Side; incoming?: Side } = {};
  for (const name of ['base', 'current', 'incoming'] as const) {
    const side = decision[name];
    if (side !== undefined) masked[name] = maskSide(side, decision.path, declared);
  }
  return { ...decision, ...masked };
}

function maskSide(side: Side, path: MergePath, declared: readonly string[]): Side {
  const value = maskValue(side.value, path, declared);
  if (JSON.stringify(value) === JSON.stringify(side.value)) return side;
  const source = typeof value === 'object' && value !== null ? maskedSource(side.source, path, declared) : mask;
  return { ...side, value, source };
}

function maskValue(value: unknown, path: MergePath, declared: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((item, index) => maskValue(item, [...path, index], declared));
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, member]) => [key, maskValue(member, [...path, key], declared)]);
    return Object.fromEntries(entries);
  }
  return worthMasking(value) && isSecretPath(path, declared) ? mask : value;
}

/** Nothing, a switch, and a reference to a variable tell no secret. */
function worthMasking(value: unknown): boolean {
  if (value === null || value === '' || typeof value === 'boolean') return false;
  return !(typeof value === 'string' && /^\s*\{\{[^{}]*\}\}\s*$/.test(value));
}

/** A part of a text starts at its first key, so the first line's indentation has to be put back to read it. */
function maskedSource(source: string, path: MergePath, declared: readonly string[]): string {
  const indent = Math.min(
    ...source
      .split('\n')
      .slice(1)
      .filter((line) => line.trim() !== '')
      .map((line) => line.search(/\S/)),
    1000,
  );
  const padding = indent === 1000 ? '' : ' '.repeat(indent);
  try {
    return maskText(padding + source, declared, path).slice(padding.length);
  } catch (error) {
    if (isSealiftError(error)) return mask;
    throw error;
  }
}

/**
 * A whole text for screens and logs: values that may be secret read `***`, all else stays byte for byte.
 *
 * @param declared dotted paths that the pack's schema names as passwords
 * @throws SealiftError when the text cannot be read: then nothing of it may be shown
 */
export function maskText(text: string, declared: readonly string[] = [], under: MergePath = []): string {
  const tree = parseText(text, 'the text', 'allow');
  const values = new Values([tree]);
  const ranges: { start: number; end: number; newline: boolean }[] = [];
  const visit = (node: TreeNode, path: MergePath): void => {
    if (node.kind === 'leaf') {
      const plain = isScalar(node.yaml) || node.yaml === null ? values.plain(node.yaml) : {};
      if (worthMasking(plain) && isSecretPath(path, declared) && node.end > node.start) {
        ranges.push({ start: node.start, end: node.end, newline: text[node.end - 1] === '\n' });
      }
      return;
    }
    for (const [index, entry] of node.entries.entries()) {
      visit(entry.node, [...path, entry.member === 'pair' ? entry.key : index]);
    }
  };
  for (const document of tree.documents) visit(document.root, under);
  let masked = text;
  for (const { start, end, newline } of ranges.toReversed()) {
    masked = `${masked.slice(0, start)}"${mask}"${newline ? '\n' : ''}${masked.slice(end)}`;
  }
  return masked;
}
