import { createRequire } from 'node:module';
import { cleanup, configure } from '@testing-library/react';
import { afterEach, beforeEach } from 'vitest';
import { reportReachable } from '../src/api/connection.ts';

// PatternFly's components require their style sheets; here they mean nothing.
const require = createRequire(import.meta.url);
require.extensions['.css'] = () => undefined;

// What jsdom lacks and the editor measures with.
if (typeof document !== 'undefined') {
  const nowhere = { x: 0, y: 0, width: 0, height: 0, top: 0, right: 0, bottom: 0, left: 0, toJSON: () => ({}) };
  Range.prototype.getClientRects = () => [] as unknown as DOMRectList;
  Range.prototype.getBoundingClientRect = () => nowhere;
  HTMLCanvasElement.prototype.getContext = () => null;
  HTMLElement.prototype.scrollIntoView = () => undefined;
  HTMLElement.prototype.scrollTo = () => undefined;
  Object.assign(document, { execCommand: () => false });
}

// A page's code is loaded when it is first opened, which takes longer than the second that is the default.
configure({ asyncUtilTimeout: 5000, getElementError: (message) => new Error(message?.split('\n\n')[0] ?? '') });

beforeEach(() => reportReachable(true));
afterEach(() => cleanup());
