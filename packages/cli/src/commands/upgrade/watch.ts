import { type UpgradeCourse, upgradeCourseSchema } from '@sealift/core/api';
import type { CliContext } from '../../context.ts';
import { connect } from '../../client/connect.ts';
import { findUpgrade, hasEnded, upgradeUrl } from '../../client/current-upgrade.ts';
import { polls } from '../../client/polls.ts';
import { plainLine } from '../../terminal/plain-line.ts';
import { LivePicture } from '../../terminal/screen.ts';
import { courseLines, progressText } from './course-lines.ts';
import { goesOn, refuseDraft, reportEnd } from './follow.ts';
import type { Output } from './print.ts';
import { readinessLine } from './rollback-lines.ts';

/**
 * Shows an upgrade while it goes: a tree on a terminal, lines elsewhere, with `--json` the tree as one object a line whenever it has changed.
 *
 * @throws UPGRADE_NOT_SUCCEEDED, UPGRADE_BLOCKED when it was never confirmed, PLATFORM_*, CANCELLED
 */
export async function watchUpgrade(id: string | undefined, options: Output, context: CliContext): Promise<void> {
  const api = await connect(context);
  const found = await findUpgrade(api, id);
  refuseDraft(found);
  const show = viewFor(options, context);
  const ask = () => api.get(upgradeUrl(found.id, 'tree'), upgradeCourseSchema);
  for await (const poll of polls(ask, context, goesOn)) {
    if ('away' in poll) {
      show.away(`${poll.away.message}; waiting for it to come back`);
      continue;
    }
    show.course(poll.answer);
    if (!hasEnded(poll.answer)) continue;
    await reportEnd(api, poll.answer, options, context);
    return;
  }
}

/** Shows each answer, and that there is none. */
interface View {
  course(course: UpgradeCourse): void;
  away(message: string): void;
}

function viewFor({ json }: Output, context: CliContext): View {
  if (json === true) return jsonView(context);
  return context.screen === undefined ? lineView(context) : treeView(new LivePicture(context.screen));
}

function treeView(picture: LivePicture): View {
  let last: readonly string[] = [];
  const draw = (more: readonly string[]): void => {
    const lines = [...last.slice(0, 2), ...more, ...last.slice(2)];
    picture.draw(
      lines,
      lines.findIndex((line) => line.startsWith('  >') || line.startsWith('  !')),
    );
  };
  return {
    course(course) {
      last = courseLines(course);
      draw([]);
    },
    away: (message) => draw([plainLine(message)]),
  };
}

/** What a program reads along; times that only go by are no change. */
function jsonView({ out, note }: CliContext): View {
  let last = '';
  let told = '';
  return {
    course(course) {
      told = '';
      const { at: _at, tree, ...rest } = course;
      const state = JSON.stringify([rest, tree?.hops]);
      if (state !== last) out(JSON.stringify(course));
      last = state;
    },
    away(message) {
      if (message !== told) note(message);
      told = message;
    },
  };
}

/** One line for each thing that happens. */
function lineView({ out, note }: CliContext): View {
  const told = new Map<string, string>();
  const tell = (key: string, text: string, say = out): void => {
    if (told.get(key) === text) return;
    told.set(key, text);
    say(plainLine(text));
  };
  return {
    course({ state, tree, rollback }) {
      told.delete('away');
      for (const step of tree?.hops.flatMap(({ steps }) => steps) ?? []) {
        if (step.state === 'waiting') continue;
        const { wait } = step;
        const waits = wait === null ? '' : ` waits for: ${wait.what} (${wait.level}, since ${wait.since})`;
        const ended = step.message === '' ? '' : ` ${step.message}`;
        const text = step.state === 'running' ? waits : ended;
        tell(step.id, `${step.state}: ${step.title}${text === '' ? '' : `:${text}`}`);
      }
      const done = tree?.hops.flatMap(({ steps }) => steps).filter((step) => step.state === 'done').length;
      // With each step that is done, not with each second that goes by.
      if (tree !== null && told.get('done') !== `${done}`) out(progressText(tree));
      told.set('done', `${done}`);
      if (rollback !== null) tell('rollback', readinessLine(rollback));
      tell('state', `state: ${state}`);
    },
    away: (message) => tell('away', message, note),
  };
}
