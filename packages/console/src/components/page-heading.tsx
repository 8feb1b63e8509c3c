import { Content, Flex, FlexItem, Title } from '@patternfly/react-core';
import { type ReactNode, useContext, useEffect, useRef } from 'react';
import { useLocation } from 'react-router';
import { PageTitle } from './page-title.ts';

interface PageHeadingProps {
  /** In the place of the title that the table of pages has. */
  title?: string;
  children?: ReactNode;
  actions?: ReactNode;
}

/** A page's title and what the page is for. Moves the focus to the title after a navigation, so that it is read out. */
export function PageHeading({ title: own, children, actions }: PageHeadingProps) {
  const listed = useContext(PageTitle);
  const title = own ?? listed;
  const heading = useRef<HTMLHeadingElement>(null);
  const { key, pathname } = useLocation();
  const shown = useRef<string>(undefined);
  useEffect(() => {
    document.title = `${title} · Sealift`;
  }, [title]);
  useEffect(() => {
    // What an address says after its path changes while one works on the page.
    if (key !== 'default' && shown.current !== pathname) heading.current?.focus({ preventScroll: true });
    shown.current = pathname;
  }, [key, pathname]);
  return (
    <Flex
      justifyContent={{ default: 'justifyContentSpaceBetween' }}
      alignItems={{ default: 'alignItemsFlexEnd' }}
      flexWrap={{ default: 'wrap', md: 'nowrap' }}
      className="page-heading"
    >
      <FlexItem>
        <Title headingLevel="h1" size="2xl" ref={heading} tabIndex={-1}>
          {title}
        </Title>
        {children !== undefined && <Content component="p">{children}</Content>}
      </FlexItem>
      {actions !== undefined && <FlexItem>{actions}</FlexItem>}
    </Flex>
  );
}
