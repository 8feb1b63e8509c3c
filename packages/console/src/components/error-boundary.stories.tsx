import preview from '../../.storybook/preview.tsx';
import { ErrorBoundary } from './error-boundary.tsx';

const meta = preview.meta({ component: ErrorBoundary });

export const Failed = meta.story({ args: { children: <Failing /> } });
export const Whole = meta.story({ args: { children: <p>The page as it is.</p> } });

function Failing(): never {
  throw new Error('a node has no name');
}
