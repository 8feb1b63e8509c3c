import { type Answer, failures } from '../../test/field/failures.ts';
import type { GeneratedFile } from './generated-file.ts';

const words: Readonly<Record<Answer, string>> = {
  stopped: 'stopped before Confirm',
  mended: 'mended by a step of the release',
  named: 'named before Confirm',
  refused: 'cannot be made',
  open: 'open',
};

/** `docs/reference/field.md`: what becomes of the failures of the field, counted from the list that the tests are named in. */
export function fieldPage(): GeneratedFile {
  const count = (answer: Answer): number => failures.filter((one) => one.answer === answer).length;
  const rows = failures.map(({ failure, answer, by, replay, tests }, index) => {
    const files = [...new Set(tests.map(({ file }) => file))].map(
      (file) => `[${file.split('/').at(-1) ?? ''}](../../${file})`,
    );
    return `| ${index + 1} | ${failure} | ${words[answer]} | ${by} | ${[replay ?? '', ...files].filter((part) => part !== '').join('; ')} |`;
  });
  const counted = (['stopped', 'mended', 'refused', 'named', 'open'] as const).map(
    (answer) => `${count(answer)} ${words[answer]}`,
  );
  const text = `<!-- Made from test/field/failures.ts by npm run generate; do not edit. -->
# Failures of the field

What broke upgrades of platforms of this kind, and what becomes of each here. Of ${failures.length}: ${counted.join(', ')}. Each that is not open has a test, which makes it happen and looks at what is said of it;
where that is not the whole of the failure, the last column says what is replayed.

| | failure | here | by | replayed by |
|---|---|---|---|---|
${rows.join('\n')}
`;
  return { path: 'docs/reference/field.md', text };
}
