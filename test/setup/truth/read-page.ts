/** What a page states of the cluster, as it stands in the document at one moment. */
export interface PageStatement {
  /** By the clock of this machine, ms since 1970. */
  readonly at: number;
  /** The text of each cell of the table of nodes, by row, of a time its ISO form; null where the page has none. */
  readonly nodes: readonly (readonly string[])[] | null;
  /** Groups of nodes of the Summary, a text each; none where it says that there is none, null where it says nothing of them. */
  readonly groups: readonly string[] | null;
  /** Names of the nodes that the Summary says are not ready; null where it says nothing of nodes. */
  readonly notReady: readonly string[] | null;
  /** Layer, pack and what runs of it, a text each; null where the page has none. */
  readonly layers: readonly string[] | null;
  /** Titles of the steps of the upgrade by what is said of each; null where the page has none. */
  readonly steps: readonly (readonly [title: string, state: string])[] | null;
  /** The figure of machines replaced; null where none is shown. */
  readonly machines: string | null;
  /** How many steps are done, of how many; null where it is not said. */
  readonly stepsDone: string | null;
  /** What is said to go on for some time, and since when, in ms since 1970. */
  readonly ages: readonly (readonly [text: string, since: number])[];
  /** What the upgrade waits for; null where the page does not say. */
  readonly wait: string | null;
  /** What is said not to be known, and since when, in ms since 1970 (null where no time stands beside it). */
  readonly unknown: readonly (readonly [text: string, since: number | null])[];
  /** Whether it says that the console is healthy. */
  readonly healthy: boolean;
}

/** Evaluated in the page, in one go: nothing changes between its parts. */
export const readPage = `(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const text = (element) => (element?.textContent ?? '').replace(/\\s+/g, ' ').trim();
  const time = (element) => {
    const at = element?.querySelector('time')?.getAttribute('datetime') ?? null;
    return at === null ? null : Date.parse(at);
  };
  const table = document.querySelector('table[aria-label="Nodes"]');
  const groups = document.querySelector('ul[aria-label="Nodes by what they run"]');
  const steps = all('li.course-step');
  const layers = document.querySelector('table[aria-label="Layers"]');
  const figures = all('.course-figures > div');
  const figureOf = (term) => figures.find((one) => text(one.querySelector('dt')) === term);
  const valueOf = (one) => one === undefined ? null : text(one.querySelector('dd'));
  const elapsed = figureOf('Elapsed');
  const wait = document.querySelector('section[aria-label="Waiting for"]');
  const notices = all('.pf-v6-c-alert').filter((one) => /unknown/i.test(text(one)));
  const sentences = all('.node-groups ~ p, .pf-v6-c-card__body > p').filter((one) => /^Unknown/.test(text(one)));
  const lasting = wait === null ? null : all('p.quiet', wait).find((one) => text(one).startsWith('For ')) ?? null;
  const ages = [
    ...(elapsed === undefined || time(elapsed) === null ? [] : [[valueOf(elapsed), time(elapsed)]]),
    ...(lasting === null || time(lasting) === null ? [] : [[text(lasting).slice(4).split(', since ')[0], time(lasting)]]),
  ];
  const cellText = (cell) => cell.querySelector('time')?.getAttribute('datetime') ?? text(cell);
  const waits = wait !== null && /unknown/.test(text(wait)) ? [wait] : [];
  return {
    at: Date.now(),
    nodes: table === null ? null : all('tbody tr', table).map((row) => all('td', row).map(cellText)),
    notReady: groups === null ? null : all('ul[aria-label="Nodes that are not ready"] li strong').map(text),
    layers: layers === null ? null : all('tbody tr', layers).map((row) => all('td', row).slice(0, 3).map(text).join(' ')),
    groups: groups !== null ? all('li', groups).map(text) : /reported no node/.test(text(document.body)) ? [] : null,
    steps: steps.length === 0 ? null : steps.map((one) => {
      const label = one.getAttribute('aria-label') ?? '';
      const end = label.lastIndexOf(': ');
      return [label.slice(0, end), label.slice(end + 2)];
    }),
    machines: valueOf(figureOf('Machines replaced')),
    stepsDone: valueOf(figureOf('Steps done')),
    ages,
    wait: wait === null ? null : text(wait),
    unknown: [...notices, ...sentences, ...waits].map((one) => [text(one), time(one)]),
    healthy: all('.statement, [class*=statement]').some((one) => text(one).startsWith('On-prem system console is healthy')),
  };
})()`;
