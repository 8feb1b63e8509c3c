import { Content, Flex, FlexItem, Title } from '@patternfly/react-core';
import { type ReactNode, useEffect, useRef } from 'react';
import { useLocation } from 'react-router';

interface PageHeadingProps {
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
}

/** A page's title and what the page is for. Moves the focus to the title after a navigation, so that it is read out. */
export function PageHeading({ title, children, actions }: PageHeadingProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const { key } = useLocation();
  useEffect(() => {
    document.title = `${title} · Sealift`;
  }, [title]);
  useEffect(() => {
    if (key !== 'default') heading.current?.focus({ preventScroll: true });
  }, [key]);
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
