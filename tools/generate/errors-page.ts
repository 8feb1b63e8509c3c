import { catalogue, type ErrorDefinition, type NextAction } from '@sealift/core/errors';
import type { GeneratedFile } from './generated-file.ts';

const nextActions: Readonly<Record<NextAction, string>> = {
  retry: 'the same call may succeed later, unchanged',
  wait: 'something else has to finish first',
  'needs-a-person': 'someone has to change an input, a setting or a right',
  fatal: 'the data or the installation is damaged',
};

/** `docs/reference/errors.md`: every code of the catalogue. */
export function errorsPage(definitions: Readonly<Record<string, ErrorDefinition>> = catalogue): GeneratedFile {
  const sections = Object.entries(definitions)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([code, { message, hint, status, exit, next }]) => `## ${code}

${literal(message)}

- Remedy: ${literal(hint)}
- Next: ${nextActions[next]} (\`${next}\`)
- HTTP status ${status}, exit code ${exit}
`,
    );
  const text = `# Errors

Every failure has a stable code, says where it happened and what to do. Commands print it on standard error (with
\`--json\` as JSON on standard output), the API answers it as problem details (RFC 9457). Words in braces are filled in.
This page is made from the catalogue by \`npm run generate\`.

${sections.join('\n')}`;
  return { path: 'docs/reference/errors.md', text };
}

/** Slots such as `{path}` are shown as they are, and nothing in a message is read as a tag. */
function literal(text: string): string {
  return text.replace(/\{\w+\}/g, (slot) => `\`${slot}\``).replaceAll('<', '&lt;');
}
