import { PageSection } from '@patternfly/react-core';
import { Component, type ReactNode } from 'react';
import { ErrorNotice } from './error-notice.tsx';

interface ErrorBoundaryProps {
  children: ReactNode;
}

/** Keeps the menu usable when a page fails, and says what to do. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error };
  }

  override render(): ReactNode {
    if (this.state.error === null) return this.props.children;
    return (
      <PageSection>
        <ErrorNotice error={this.state.error} onRetry={() => this.setState({ error: null })} />
      </PageSection>
    );
  }
}
