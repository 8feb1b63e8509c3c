import { Title } from '@patternfly/react-core';
import type { ReactNode } from 'react';

interface SideCardProps {
  /** Says by its colour whose value it is. */
  side: 'current' | 'incoming' | 'base' | 'result';
  title: string;
  /** Which text it is from, in few words. */
  about: string;
  isChosen: boolean;
  /** For screen readers, where it is not the whole decision's. */
  label?: string;
  action?: ReactNode;
  children: ReactNode;
}

/** One of the values of a decision, in its text, with what can be done with it. */
export function SideCard({ side, title, about, isChosen, label, action, children }: SideCardProps) {
  return (
    <section
      className={isChosen ? 'side-card is-chosen' : 'side-card'}
      data-side={side}
      aria-label={label ?? `${title} here`}
    >
      <header>
        <div className="side-title">
          <Title headingLevel="h3" size="md">
            {title}
          </Title>
          <span className="quiet side-about" title={about}>
            {about}
          </span>
        </div>
        {action}
      </header>
      {children}
    </section>
  );
}
