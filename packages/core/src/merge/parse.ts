import {
  type CST,
  Composer,
  type Document,
  isAlias,
  isCollection,
  isPair,
  isScalar,
  Lexer,
  Parser,
  type Node as YamlNode,
} from 'yaml';
import { SealiftError } from '../errors/index.ts';
import { buildRoot } from './build.ts';
import { checkDirectives } from './directives.ts';
import { CoveredText, templateLine } from './macros.ts';
import { SourceText } from './source.ts';
import type { DocumentTree, TextTree } from './tree.ts';

/** Longest text that is read, in UTF-16 code units. */
export const maximumLength = 8_000_000;
const maximumDepth = 256;
const maximumExpansion = 1_000_000;
const lengthCountedFrom = 10_000;

/**
 * Reads one text of a merge.
 *
 * @param name what messages call the text, such as `current` or a file's name
 * @param lostAliases whether an alias without an anchor is an error; allowed, it equals nothing else
 * @throws SealiftError MERGE_YAML_INVALID, MERGE_KEY_DUPLICATE, MERGE_TOO_DEEP, MERGE_ALIASES_EXPLODE, INPUT_TOO_LARGE
 */
export function parseText(text: string, name: string, lostAliases: 'refuse' | 'allow' = 'refuse'): TextTree {
  const source = new SourceText(text, name);
  if (text.length > maximumLength) {
    throw new SealiftError('INPUT_TOO_LARGE', { place: name, values: { what: name, limitBytes: maximumLength } });
  }
  refuseLoneCarriageReturns(source);
  const covered = new CoveredText(text);
  const tokens = checkDirectives(readTokens(covered.text, source), source);
  const composed = [...compose(tokens, covered.text.length)];
  for (const document of composed) refuseErrors(document, source);
  const roots = tokens.filter((token) => token.type === 'document');
  const aliasTargets = new Map<YamlNode, YamlNode>();
  if (text.includes('*')) {
    for (const document of composed) followAliases(document, source, aliasTargets, lostAliases);
  }
  if (covered.text !== text) for (const document of composed) uncoverMacros(document, covered);
  const documents: DocumentTree[] = [];
  let start = 0;
  for (const [index, document] of composed.entries()) {
    const end = index === composed.length - 1 ? text.length : documentEnd(text, document.range[2]);
    documents.push(buildRoot({ source, start, end, document, token: roots[index]?.value }));
    start = end;
  }
  return { source, documents, aliasTargets };
}

/** Of a document that holds nothing the library counts the line break after `---` to the next one. */
function documentEnd(text: string, end: number): number {
  const newline = text.indexOf('\n', end);
  const isLineStart = end === 0 || text[end - 1] === '\n';
  return isLineStart || newline === -1 || text.slice(end, newline).trim() !== '' ? end : newline + 1;
}

function* compose(tokens: readonly CST.Token[], length: number): Generator<Document.Parsed> {
  yield* new Composer({
    uniqueKeys: false,
    prettyErrors: false,
    intAsBigInt: true,
    logLevel: 'error',
  }).compose(tokens, true, length);
}

function readTokens(text: string, source: SourceText): readonly CST.Token[] {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    // Checked while reading: the library's later stages would follow the nesting with their own call stack.
    if (parser.stack.length > maximumDepth) {
      throw new SealiftError(
        'MERGE_TOO_DEEP',
        source.at(Math.min(parser.offset, text.length), { limit: maximumDepth }),
      );
    }
  }
  for (const token of parser.end()) tokens.push(token);
  return tokens;
}

const mends: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'Indent with spaces in place of the tab.',
  BAD_INDENT: 'Give the line the same indentation as its neighbours.',
  MISSING_CHAR: 'Check for a missing colon, bracket, quote or space in the line shown.',
  MULTILINE_IMPLICIT_KEY: 'Check for a missing colon in the line shown, or a line that is not indented enough.',
  BLOCK_AS_IMPLICIT_KEY: 'Quote the value in the line shown; it holds a colon followed by a space.',
  UNEXPECTED_TOKEN: 'Quote the value in the line shown if the character belongs to it.',
  BAD_ALIAS: 'Define the anchor before the alias, or quote the value if the * belongs to it.',
};

function refuseErrors(document: Document.Parsed, source: SourceText): void {
  const error = document.errors[0];
  if (error === undefined) return;
  const template = templateLine(source.text, error.pos[0]);
  if (template !== undefined) {
    throw new SealiftError('MERGE_YAML_INVALID', {
      ...source.at(template.offset, { reason: `${template.macro} is a line of a template, which values cannot hold` }),
      hint: 'Take the line out, and the {{- end }} and {{- else }} that belong to it: values are YAML before any template is filled in. What it switches belongs into the chart, or into a value of its own.',
    });
  }
  throw new SealiftError('MERGE_YAML_INVALID', {
    ...source.at(error.pos[0], { reason: error.message }),
    ...mended(mends[error.code]),
  });
}

function mended(hint: string | undefined): { readonly hint?: string } {
  return hint === undefined ? {} : { hint };
}

/** YAML takes a lone carriage return for a line break (YAML 1.2.2, 5.4), the library does not: neither reading is safe. */
function refuseLoneCarriageReturns(source: SourceText): void {
  if (source.lineEnding !== 'mixed') return;
  const at = /\r(?!\n)/.exec(source.text)?.index;
  if (at === undefined) return;
  throw new SealiftError('MERGE_YAML_INVALID', {
    ...source.at(at, { reason: 'a carriage return without a newline' }),
    hint: 'Save the file with LF or CRLF line endings.',
  });
}

/** Finds each alias's target: the last node before it with that anchor (YAML 1.2.2, 7.1). Counts what the aliases stand for. */
function followAliases(
  document: Document.Parsed,
  source: SourceText,
  targets: Map<YamlNode, YamlNode>,
  lostAliases: 'refuse' | 'allow',
): void {
  const anchors = new Map<string, YamlNode>();
  const sizes = new Map<YamlNode, number>();
  const visit = (node: unknown): number => {
    if (isPair(node)) return visit(node.key) + visit(node.value);
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      const at = node.range?.[0] ?? 0;
      if (target === undefined && lostAliases === 'allow') return 1;
      if (target === undefined) {
        throw new SealiftError('MERGE_YAML_INVALID', {
          ...source.at(at, { reason: `there is no anchor &${node.source} before this alias` }),
          ...mended(mends['BAD_ALIAS']),
        });
      }
      const size = sizes.get(target);
      if (size === undefined) {
        throw new SealiftError('MERGE_YAML_INVALID', source.at(at, { reason: 'an alias to the value that holds it' }));
      }
      targets.set(node, target);
      return size;
    }
    if (!isCollection(node) && !isScalar(node)) return 1;
    if (node.anchor !== undefined) {
      anchors.set(node.anchor, node);
      sizes.delete(node);
    }
    let size = 1;
    if (isCollection(node)) for (const item of node.items) size += visit(item);
    else if (typeof node.value === 'string') size += Math.floor(node.value.length / lengthCountedFrom);
    if (size > maximumExpansion) {
      throw new SealiftError('MERGE_ALIASES_EXPLODE', source.at(node.range?.[0] ?? 0, { limit: maximumExpansion }));
    }
    sizes.set(node, size);
    return size;
  };
  visit(document.contents);
}

function uncoverMacros(document: Document.Parsed, covered: CoveredText): void {
  const visit = (node: unknown): void => {
    if (isPair(node)) {
      visit(node.key);
      visit(node.value);
    } else if (isCollection(node)) {
      for (const item of node.items) visit(item);
    } else if (isScalar(node) && typeof node.value === 'string' && node.range) {
      node.value = covered.uncover(node.value, node.range[0], node.range[1]);
    }
  };
  visit(document.contents);
}
