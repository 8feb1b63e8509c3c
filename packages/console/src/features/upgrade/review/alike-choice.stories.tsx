import './review.css';
import { useState } from 'react';
import { rows } from '../../../../.storybook/made-up-upgrade.ts';
import preview from '../../../../.storybook/preview.tsx';
import { AlikeChoice } from './alike-choice.tsx';

const open = rows.filter(({ isOpen }) => isOpen);

const meta = preview.meta({
  component: AlikeChoice,
  args: { rows: open, isOn: false, onChange: () => undefined },
  render: function Chosen({ rows: shown, isOn }) {
    const [on, setOn] = useState(isOn);
    return <AlikeChoice rows={shown} isOn={on} onChange={setOn} />;
  },
});

export const Off = meta.story();
export const On = meta.story({ args: { isOn: true } });
export const OneOther = meta.story({ args: { rows: open.slice(0, 1) } });
