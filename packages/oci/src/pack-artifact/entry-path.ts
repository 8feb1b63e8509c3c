import { packLimits } from './limits.ts';

/**
 * A tar entry's name as a plain relative path, or undefined when no honest archive would have it: absolute, climbing,
 * with backslashes, control characters or undecodable bytes.
 */
export function entryPath(name: string): string | undefined {
  const path = name.replace(/^(?:\.\/)+/, '').replace(/\/+$/, '');
  if (path === '' || path === '.') return '';
  if (path.length > packLimits.pathLength || /[\\\p{Cc}\uFFFD]/u.test(path)) return undefined;
  const parts = path.split('/');
  if (parts.length > packLimits.pathDepth) return undefined;
  return parts.some((part) => part === '' || part === '.' || part === '..') ? undefined : path;
}
