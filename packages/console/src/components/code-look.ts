import { yaml } from '@codemirror/lang-yaml';
import { syntaxHighlighting } from '@codemirror/language';
import { EditorState, type Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { classHighlighter } from '@lezer/highlight';
import { basicSetup } from 'codemirror';
import { hideSecrets } from './hide-secrets.ts';

/** A marked line: its background and the bar at its left. */
const mark = (name: string) => ({
  backgroundColor: `var(--mark-${name})`,
  boxShadow: `inset 3px 0 var(--mark-${name}-edge)`,
});

/** Of one line of code. */
export const codeFontPx = 12.5;
export const codeLineHeight = 1.45;

const look = EditorView.theme({
  '&': {
    height: '100%',
    fontSize: `${codeFontPx}px`,
    color: 'var(--code-text)',
    backgroundColor: 'var(--code-background)',
  },
  '.cm-scroller': { fontFamily: 'var(--pf-t--global--font--family--mono)', lineHeight: String(codeLineHeight) },
  '.cm-gutters': { backgroundColor: 'var(--code-background)', color: 'var(--code-quiet)', border: 'none' },
  '.cm-lineNumbers .cm-gutterElement': { minWidth: '26px' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'transparent' },
  '&.cm-focused .cm-activeLine, &.cm-focused .cm-activeLineGutter': { backgroundColor: 'var(--code-active)' },
  '&.cm-focused': { outline: '2px solid var(--code-focus)', outlineOffset: '-2px' },
  // They lie above the outline.
  '&.cm-focused .cm-gutters': { boxShadow: 'inset 2px 0 var(--code-focus)' },
  '.cm-cursor': { borderLeftColor: 'var(--code-text)' },
  '.cm-content': { caretColor: 'var(--code-text)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--code-selection)',
  },
  '.cm-foldPlaceholder': { backgroundColor: 'transparent', color: 'var(--code-quiet)', borderColor: 'currentColor' },
  '.cm-panels': { backgroundColor: 'var(--code-background)', color: 'var(--code-text)' },
  '.tok-comment': { color: 'var(--code-quiet)' },
  '.tok-propertyName, .tok-keyword, .tok-typeName': { color: 'var(--code-key)' },
  '.tok-string, .tok-string2': { color: 'var(--code-string)' },
  '.tok-number, .tok-bool, .tok-atom': { color: 'var(--code-number)' },
  '.cm-line.cm-release': mark('release'),
  '.cm-line.cm-site': mark('site'),
  '.cm-line.cm-conflict': mark('conflict'),
  '.cm-line.cm-pointed': { outline: '2px solid var(--mark-pointed)', outlineOffset: '-2px' },
  '&.cm-merge-a .cm-changedLine': { backgroundColor: 'var(--mark-release)' },
  '&.cm-merge-b .cm-changedLine': { backgroundColor: 'var(--mark-site)' },
  '&.cm-merge-a .cm-changedLineGutter': { backgroundColor: 'var(--mark-release-edge)' },
  '&.cm-merge-b .cm-changedLineGutter': { backgroundColor: 'var(--mark-site-edge)' },
  '&.cm-merge-a .cm-changedText, &.cm-merge-b .cm-changedText': {
    background: 'none',
    textDecoration: 'underline',
    textUnderlineOffset: '3px',
  },
  '.cm-blank-lines': {
    backgroundImage: 'repeating-linear-gradient(135deg, var(--code-blank) 0 1px, transparent 1px 7px)',
  },
  // The editor keeps the room of the longest line that it drew.
  '&.cm-wrapped .cm-content': { flexBasis: '0 !important' },
  '.cm-hidden-value': { color: 'var(--code-quiet)', letterSpacing: '1px' },
  '.cm-collapsedLines:before, .cm-collapsedLines:after': { content: '"⋯"' },
  '.cm-collapsedLines': {
    background: 'var(--pf-t--global--background--color--secondary--default)',
    color: 'var(--code-quiet)',
  },
});

/**
 * YAML colouring, line numbers, folding and search, in colours that follow the page's theme; secrets are hidden.
 *
 * @param passwords dotted paths that the pack's schemas name as passwords
 */
export function codeLook(label: string, readOnly: boolean, passwords: readonly string[] = []): Extension {
  return [
    basicSetup,
    yaml(),
    syntaxHighlighting(classHighlighter),
    hideSecrets(passwords),
    look,
    EditorState.readOnly.of(readOnly),
    EditorView.contentAttributes.of({ tabindex: '0', 'aria-label': label, 'aria-readonly': String(readOnly) }),
  ];
}

/**
 * The shadow root that an editor lives in. There the editor's styles are adopted as constructed style sheets; in the
 * page itself they would be an inline `<style>`, which the content security policy forbids.
 */
export function editorRoot(holder: HTMLElement): ShadowRoot {
  return holder.shadowRoot ?? holder.attachShadow({ mode: 'open' });
}
