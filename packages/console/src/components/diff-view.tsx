import { MergeView } from '@codemirror/merge';
import { EditorView } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { codeLook, editorRoot } from './code-look.ts';

interface DiffViewProps {
  left: { label: string; text: string };
  right: { label: string; text: string };
}

/** Two texts side by side, changed lines marked, long unchanged stretches folded away. */
export function DiffView({ left, right }: DiffViewProps) {
  const holder = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (holder.current === null) return;
    const root = editorRoot(holder.current);
    const view = new MergeView({
      parent: root,
      root,
      // Each side has half of the page: what is cut off at its edge would be half of the change.
      a: { doc: left.text, extensions: [codeLook(left.label, true), EditorView.lineWrapping] },
      b: { doc: right.text, extensions: [codeLook(right.label, true), EditorView.lineWrapping] },
      collapseUnchanged: { margin: 3, minSize: 6 },
      diffConfig: { scanLimit: 2000, timeout: 1000 },
    });
    return () => view.destroy();
  }, [left.label, left.text, right.label, right.text]);
  return (
    <div className="diff">
      <div className="diff-titles" aria-hidden="true">
        <span>{left.label}</span>
        <span>{right.label}</span>
      </div>
      <div className="diff-body" ref={holder} />
    </div>
  );
}
