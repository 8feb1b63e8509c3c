import { Title } from '@patternfly/react-core';
import type { ReactNode } from 'react';

interface PaneFrameProps {
  id: string;
  title: string;
  about: string;
  actions?: ReactNode;
  children: ReactNode;
}

/** Title, what it is and what can be done with it, above a pane's text. */
export function PaneFrame({ id, title, about, actions, children }: PaneFrameProps) {
  return (
    <section className="pane" id={id} aria-label={title}>
      <header>
        <div className="pane-title">
          <Title headingLevel="h2" size="md">
            {title}
          </Title>
          <span className="quiet" title={about}>
            {about}
          </span>
        </div>
        {actions}
      </header>
      {children}
    </section>
  );
}
