import { Card, CardBody, CardTitle, Title } from '@patternfly/react-core';
import { type ReactNode, useEffect } from 'react';
import logo from '../app/sealift.svg';
import { ThemeSwitch } from '../app/theme-switch.tsx';

interface EntryFrameProps {
  title: string;
  children: ReactNode;
}

/** The frame of the pages before a session: sign-in and first set-up. */
export function EntryFrame({ title, children }: EntryFrameProps) {
  useEffect(() => {
    document.title = `${title} · Sealift`;
  }, [title]);
  return (
    <div className="entry">
      <header className="entry-header">
        <span className="brand">
          <img src={logo} alt="" />
          <span>Sealift</span>
          <span className="brand-product">system console</span>
        </span>
        <ThemeSwitch />
      </header>
      <main className="entry-main">
        <Card className="entry-card">
          <CardTitle>
            <Title headingLevel="h1" size="xl">
              {title}
            </Title>
          </CardTitle>
          <CardBody>{children}</CardBody>
        </Card>
      </main>
    </div>
  );
}
