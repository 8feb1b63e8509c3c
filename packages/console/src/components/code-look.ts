import { yaml } from '@codemirror/lang-yaml';
import { syntaxHighlighting } from '@codemirror/language';
import { EditorState, type Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { classHighlighter } from '@lezer/highlight';
import { basicSetup } from 'codemirror';

const look = EditorView.theme({
  '&': { height: '100%', fontSize: '12.5px', color: 'var(--code-text)', backgroundColor: 'var(--code-background)' },
  '.cm-scroller': { fontFamily: 'var(--pf-t--global--font--family--mono)', lineHeight: '1.45' },
  '.cm-gutters': { backgroundColor: 'var(--code-background)', color: 'var(--code-quiet)', border: 'none' },
  '.cm-lineNumbers .cm-gutterElement': { minWidth: '26px' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'transparent' },
  '&.cm-focused .cm-activeLine, &.cm-focused .cm-activeLineGutter': { backgroundColor: 'var(--code-active)' },
  '&.cm-focused': { outline: '2px solid var(--code-focus)', outlineOffset: '-2px' },
  '.cm-cursor': { borderLeftColor: 'var(--code-text)' },
  '.cm-content': { caretColor: 'var(--code-text)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--code-selection)',
  },
  '.cm-foldPlaceholder': { backgroundColor: 'transparent', color: 'var(--code-quiet)', borderColor: 'currentColor' },
  '.cm-panels': { backgroundColor: 'var(--code-background)', color: 'var(--code-text)' },
});

/** YAML colouring, line numbers, folding and search, in colours that follow the page's theme. */
export function codeLook(label: string, readOnly: boolean): Extension {
  return [
    basicSetup,
    yaml(),
    syntaxHighlighting(classHighlighter),
    look,
    EditorState.readOnly.of(readOnly),
    EditorView.contentAttributes.of({ 'aria-label': label, 'aria-readonly': String(readOnly) }),
  ];
}
