import '../run.css';
import { courseAt } from '../../../../../.storybook/made-up-upgrade.ts';
import preview from '../../../../../.storybook/preview.tsx';
import { CourseTree } from './course-tree.tsx';

const meta = preview.meta({ component: CourseTree });

export const Begun = meta.story({ args: courseAt(0) });
export const MidWay = meta.story({ args: courseAt(3) });
export const BeyondReturn = meta.story({ args: courseAt(8) });
/** This site knows nothing of how long steps take. */
export const WithoutHistory = meta.story({ args: courseAt(3, { hasHistory: false }) });
export const Failed = meta.story({ args: courseAt(3, { hasFailed: true }) });
export const Succeeded = meta.story({ args: courseAt(10) });
