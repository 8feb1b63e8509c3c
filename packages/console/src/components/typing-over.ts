import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';

/**
 * What is typed over a selection is put into the text by the editor itself. Chromium would put it into the page first, with the colours of what it
 * replaces as an inline style, which the content security policy forbids.
 */
export function typingOver(): Extension {
  return EditorView.domEventHandlers({
    beforeinput(event, view) {
      const { main } = view.state.selection;
      const { data } = event;
      if (event.inputType !== 'insertText' || data === null || main.empty || view.composing) return false;
      const insert = () =>
        view.state.update(view.state.replaceSelection(data), { userEvent: 'input.type', scrollIntoView: true });
      // Brackets around a selection, and the like.
      const isHandled = view.state
        .facet(EditorView.inputHandler)
        .some((handle) => handle(view, main.from, main.to, data, insert));
      if (!isHandled) view.dispatch(insert());
      event.preventDefault();
      return true;
    },
  });
}
