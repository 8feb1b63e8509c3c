import { secretRanges } from '@sealift/core/merge';
import type { Span } from '@sealift/core/secret';
import { Annotation, type Extension, RangeSetBuilder, type Text } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView, ViewPlugin, type ViewUpdate, WidgetType } from '@codemirror/view';

class HiddenValue extends WidgetType {
  override toDOM(): HTMLElement {
    const dots = document.createElement('span');
    dots.className = 'cm-hidden-value';
    dots.textContent = '••••••';
    dots.title = 'Hidden; put the cursor into this line to see it';
    dots.setAttribute('aria-label', 'hidden value, put the cursor into this line to see it');
    dots.setAttribute('role', 'img');
    return dots;
  }
  override eq(): boolean {
    return true;
  }
}

/** Comes with a new text: where its secrets are known to stand, so that they need not be looked for. */
export const givenSecrets = Annotation.define<readonly (readonly [number, number])[]>();

const hidden = Decoration.replace({ widget: new HiddenValue() });

/**
 * Hides every secret of the text, except in the line that the focused cursor is in. The text itself stays whole.
 *
 * @param passwords dotted paths that the pack's schemas name as passwords
 */
export function hideSecrets(passwords: readonly string[]): Extension {
  return ViewPlugin.fromClass(
    class {
      decorations: DecorationSet;
      #secrets: readonly Span[];

      constructor(view: EditorView) {
        this.#secrets = findSecrets(view.state.doc, passwords);
        this.decorations = hide(view, this.#secrets);
      }

      update(update: ViewUpdate): void {
        const { view, docChanged } = update;
        const given = update.transactions.map((one) => one.annotation(givenSecrets)).find((one) => one !== undefined);
        if (given !== undefined) this.#secrets = given.map(([start, end]) => ({ start, end }));
        // While the one line is written that is shown, nothing else can become a secret or stop being one unseen.
        else if (docChanged && isWithinShownLine(update)) this.#secrets = moved(this.#secrets, update);
        else if (docChanged || (update.selectionSet && !sameLine(update) && !update.state.readOnly)) {
          this.#secrets = findSecrets(view.state.doc, passwords);
        }
        if (docChanged || given !== undefined || update.viewportChanged || update.selectionSet || update.focusChanged) {
          this.decorations = hide(view, this.#secrets);
        }
      }
    },
    { decorations: (plugin) => plugin.decorations },
  );
}

function findSecrets(doc: Text, declared: readonly string[]): readonly Span[] {
  return secretRanges(doc.toString(), { declared });
}

/** The line that the focused cursor is in; 0 where there is none. */
function shownLine({ hasFocus, state }: EditorView): number {
  return hasFocus ? state.doc.lineAt(state.selection.main.head).number : 0;
}

function isWithinShownLine({ view, startState, state, changes }: ViewUpdate): boolean {
  const shown = shownLine(view);
  if (shown === 0 || startState.doc.lines !== state.doc.lines) return false;
  const { from, to } = state.doc.line(shown);
  let within = true;
  changes.iterChangedRanges((_fromA, _toA, fromB, toB) => {
    within &&= fromB >= from && toB <= to;
  });
  return within;
}

function sameLine({ startState, state }: ViewUpdate): boolean {
  const before = startState.doc.lineAt(startState.selection.main.head).number;
  return before === state.doc.lineAt(state.selection.main.head).number;
}

function moved(secrets: readonly Span[], { changes }: ViewUpdate): readonly Span[] {
  return secrets.map(({ start, end }) => ({ start: changes.mapPos(start), end: changes.mapPos(end, 1) }));
}

function hide(view: EditorView, secrets: readonly Span[]): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  const { doc } = view.state;
  for (const span of hiddenSpans(doc, secrets, shownLine(view))) {
    if (view.visibleRanges.some(({ from, to }) => span.start <= to && span.end >= from)) {
      builder.add(span.start, span.end, hidden);
    }
  }
  return builder.finish();
}

/** The secrets line by line, without indentation, but for the line that is shown; a decoration may not cross a line's end. */
export function hiddenSpans(doc: Text, secrets: readonly Span[], shown: number): readonly Span[] {
  return secrets.flatMap((secret) => {
    const spans: Span[] = [];
    for (let line = doc.lineAt(secret.start); ; line = doc.line(line.number + 1)) {
      const start = Math.max(secret.start, line.from + line.text.search(/\S|$/));
      const end = Math.min(secret.end, line.to);
      if (line.number !== shown && start < end) spans.push({ start, end });
      if (line.to >= secret.end || line.number === doc.lines) return spans;
    }
  });
}
