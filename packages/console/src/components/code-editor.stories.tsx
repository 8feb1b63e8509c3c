import { fn } from 'storybook/test';
import preview from '../../.storybook/preview.tsx';
import { texts } from '../../test/fixture/texts.ts';
import { CodeInput, CodeView } from './code-editor.tsx';

const meta = preview.meta({ component: CodeView });
const calico = texts['cni-cni-calico']?.current ?? '';

export const Read = meta.story({ args: { text: calico, label: 'Current configuration' } });

export const Marked = meta.story({
  args: {
    text: calico,
    label: 'Merged result',
    marks: new Map([
      [1, 'release'],
      [2, 'site'],
      [3, 'conflict'],
    ]),
    goTo: { line: 2 },
  },
});

export const SecretsHidden = meta.story({
  args: { text: 'user: harbor\npassword: correct horse battery\nport: 5432\n', label: 'Values' },
});

export const Empty = meta.story({ args: { text: '', label: 'Values' } });

export const Written = meta.story({
  args: { text: calico, label: 'New values of Calico' },
  render: ({ text, label }) => (
    <CodeInput start={text} label={label} marks={noMarks} onChange={typed} passwords={noPasswords} isWrapped />
  ),
});

// What the editor is told has to stay the same.
const noMarks = new Map<number, never>();
const noPasswords: readonly string[] = [];
const typed = fn();
