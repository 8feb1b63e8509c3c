import { Compartment, RangeSetBuilder, type Text } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView } from '@codemirror/view';
import { useEffect, useRef, useState } from 'react';
import { codeLook, editorRoot } from './code-look.ts';
import { givenSecrets } from './hide-secrets.ts';
import { blankLines } from './line-spacers.ts';
import type { ScrollGroup } from './scroll-group.ts';
import { columnsOf, type LineBreaks, softBreaks } from './soft-breaks.ts';
import { typingOver } from './typing-over.ts';

/** Why a line stands out; a class name of the page's style sheet. */
export type LineMark = 'release' | 'site' | 'conflict';

interface CodeViewProps {
  text: string;
  label: string;
  /** Marks by line number, counted from 1. */
  marks?: ReadonlyMap<number, LineMark> | undefined;
  /** A line to bring into view and to point at; a new object brings it into view again. */
  goTo?: { line: number } | undefined;
  /** Dotted paths that the pack's schemas name as passwords; must stay the same list. */
  passwords?: readonly string[];
  /** Where secrets stand in the text, if that is known. */
  secrets?: readonly (readonly [number, number])[];
  /** Blank lines below lines, by their numbers from 1; 0 is the top. */
  spacers?: ReadonlyMap<number, number> | undefined;
  /** What it scrolls with; must stay the same. */
  scroll?: ScrollGroup;
  /** Lines that are broken to be shown, for a pane of so many columns. */
  wrapped?: { readonly breaks: LineBreaks; readonly columns: number } | undefined;
  /** Told how many columns there are, and when that changes; must stay the same function. */
  onColumns?: (columns: number) => void;
}

const marked = new Compartment();
const pointed = new Compartment();
const spaced = new Compartment();
const broken = new Compartment();
const wrapping = new Compartment();

/** YAML to read, with line numbers and marked lines. A new text keeps the place that was scrolled to. */
export function CodeView(props: CodeViewProps) {
  const { text, label, marks, goTo, passwords, secrets, spacers, scroll, wrapped, onColumns } = props;
  const holder = useRef<HTMLDivElement>(null);
  const [editor, setEditor] = useState<EditorView>();
  const drawn = useRef<typeof wrapped>(undefined);

  useEffect(() => {
    if (holder.current === null) return;
    const root = editorRoot(holder.current);
    const created = new EditorView({
      parent: root,
      root,
      extensions: [
        codeLook(label, true, passwords),
        marked.of([]),
        pointed.of([]),
        spaced.of([]),
        broken.of([]),
        EditorView.updateListener.of(({ view, geometryChanged }) => {
          const columns = geometryChanged ? columnsOf(view) : undefined;
          if (columns !== undefined) onColumns?.(columns);
        }),
      ],
    });
    setEditor(created);
    const leave = scroll?.join(created.scrollDOM);
    return () => {
      leave?.();
      created.destroy();
    };
  }, [label, passwords, scroll, onColumns]);

  useEffect(() => {
    if (editor === undefined) return;
    // Text and marks change in one transaction: marks of the other text could point past this one's end.
    const next = editor.state.toText(text);
    const isNew = !next.eq(editor.state.doc);
    // An editor that is only told of other breaks keeps the height of every line that it does not show: the same text, put in anew, has none yet.
    const isPut = isNew || drawn.current !== wrapped;
    drawn.current = wrapped;
    editor.dispatch({
      changes: isPut ? { from: 0, to: editor.state.doc.length, insert: next } : [],
      effects: [
        marked.reconfigure(EditorView.decorations.of(markLines(next, marks))),
        spaced.reconfigure(EditorView.decorations.of(blankLines(next, spacers))),
        broken.reconfigure(
          wrapped === undefined
            ? []
            : [
                EditorView.decorations.of(softBreaks(next, wrapped.breaks, wrapped.columns)),
                EditorView.editorAttributes.of({ class: 'cm-wrapped' }),
              ],
        ),
        ...(isNew ? [pointed.reconfigure([])] : []),
      ],
      // Offsets of a text with other line ends are others here.
      ...(secrets === undefined || text.includes('\r') ? {} : { annotations: givenSecrets.of(secrets) }),
    });
    // Each editor keeps its own first line in view while heights change above it.
    const frame = requestAnimationFrame(() =>
      editor.requestMeasure({ read: () => null, write: () => scroll?.settle() }),
    );
    return () => cancelAnimationFrame(frame);
  }, [editor, text, marks, spacers, secrets, wrapped, scroll]);

  useEffect(() => {
    if (editor === undefined || goTo === undefined || goTo.line > editor.state.doc.lines) return;
    const { from } = editor.state.doc.line(goTo.line);
    const here = Decoration.set(Decoration.line({ class: 'cm-pointed' }).range(from));
    editor.dispatch({ effects: pointed.reconfigure(EditorView.decorations.of(here)) });
    // Not the editor's own scrolling into view, which would scroll the page as well.
    editor.requestMeasure({
      read: ({ scrollDOM }) => editor.lineBlockAt(from).top - scrollDOM.clientHeight / 2,
      write: (top) => editor.scrollDOM.scrollTo({ top, left: 0 }),
    });
  }, [editor, goTo]);

  return <div className="code" ref={holder} />;
}

interface CodeInputProps {
  /** The text it starts with. */
  start: string;
  /** The line that the cursor starts in, from 1. */
  line?: number | undefined;
  label: string;
  /** Marks by line number, counted from 1. */
  marks?: ReadonlyMap<number, LineMark>;
  /** Called on each change; must stay the same function. */
  onChange: (text: string) => void;
  /** Dotted paths that the pack's schemas name as passwords; must stay the same list. */
  passwords: readonly string[];
  isWrapped?: boolean;
}

/** YAML to write. Tab leaves the field, as anywhere on a page. */
export function CodeInput({ start, line = 1, label, marks, onChange, passwords, isWrapped = false }: CodeInputProps) {
  const holder = useRef<HTMLDivElement>(null);
  const [shown, setShown] = useState<EditorView>();
  useEffect(() => {
    if (holder.current === null) return;
    const root = editorRoot(holder.current);
    const editor = new EditorView({
      parent: root,
      root,
      doc: start,
      extensions: [
        codeLook(label, false, passwords),
        wrapping.of([]),
        typingOver(),
        marked.of([]),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) onChange(update.state.doc.toString());
        }),
      ],
    });
    const { from } = editor.state.doc.line(Math.min(line, editor.state.doc.lines));
    if (line > 1)
      editor.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: 'center' }) });
    editor.focus();
    setShown(editor);
    return () => editor.destroy();
  }, [start, line, label, onChange, passwords]);
  useEffect(() => {
    if (shown === undefined) return;
    const lines = markLines(shown.state.doc, marks);
    shown.dispatch({ effects: marked.reconfigure(EditorView.decorations.of(lines)) });
  }, [shown, marks]);
  useEffect(() => {
    shown?.dispatch({ effects: wrapping.reconfigure(isWrapped ? EditorView.lineWrapping : []) });
  }, [shown, isWrapped]);
  return <div className="code" ref={holder} />;
}

function markLines(text: Text, marks: ReadonlyMap<number, LineMark> = new Map()): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  for (const [number, mark] of [...marks].sort(([a], [b]) => a - b)) {
    if (number > text.lines) break;
    const { from } = text.line(number);
    builder.add(from, from, Decoration.line({ class: `cm-${mark}` }));
  }
  return builder.finish();
}
