import { type Extension, RangeSetBuilder } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView, ViewPlugin, type ViewUpdate, WidgetType } from '@codemirror/view';
import { secretInLine } from './secret-in-line.ts';

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

const hidden = Decoration.replace({ widget: new HiddenValue() });

/** Hides the values of keys that name a secret, except in the line that the focused cursor is in. The text itself stays whole. */
export function hideSecrets(): Extension {
  return ViewPlugin.fromClass(
    class {
      decorations: DecorationSet;

      constructor(view: EditorView) {
        this.decorations = hide(view);
      }

      update(update: ViewUpdate): void {
        if (update.docChanged || update.viewportChanged || update.selectionSet || update.focusChanged) {
          this.decorations = hide(update.view);
        }
      }
    },
    { decorations: (plugin) => plugin.decorations },
  );
}

function hide(view: EditorView): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  const { doc, selection } = view.state;
  const shownLine = view.hasFocus ? doc.lineAt(selection.main.head).number : 0;
  for (const { from, to } of view.visibleRanges) {
    for (let line = doc.lineAt(from); ; line = doc.line(line.number + 1)) {
      const secret = line.number === shownLine ? undefined : secretInLine(line.text);
      if (secret !== undefined) builder.add(line.from + secret.from, line.from + secret.to, hidden);
      if (line.to >= to || line.number === doc.lines) break;
    }
  }
  return builder.finish();
}
