import { dirname, join, normalize } from 'node:path/posix';
import { type Import, isTest, readModule, type SourceFile } from './arrows.ts';

/** Which folder right below `root` imports which other; what lies in `root` itself is left out. */
export function folderImports(files: readonly SourceFile[], root: string): Import[] {
  const folderOf = (path: string): string | undefined =>
    path.startsWith(`${root}/`) ? /^([^/]+)\//.exec(path.slice(root.length + 1))?.[1] : undefined;
  return files.flatMap((file) => {
    const from = folderOf(file.path);
    if (from === undefined) return [];
    return readModule(file).specifiers.flatMap((specifier) => {
      if (!specifier.startsWith('.')) return [];
      const to = folderOf(normalize(join(dirname(file.path), specifier)));
      return to === undefined ? [] : [{ from, to, test: isTest(file.path) }];
    });
  });
}
