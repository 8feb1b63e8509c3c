import type { ReviewedLayer } from '@sealift/core/api';
import { Notice } from '../../../components/error-notice.tsx';

interface ProblemsNoticeProps {
  /** The layer, where several are shown. */
  about: string;
  problems: ReviewedLayer['problems'];
}

/** What the pack's schemas and the checks of macros say about the text that the layer would run. */
export function ProblemsNotice({ about, problems }: ProblemsNoticeProps) {
  const blocking = problems.filter(({ severity }) => severity === 'block').length;
  const title =
    blocking > 0
      ? `${about}the merged text does not fit its pack in ${counted(blocking)}; this must be mended before the update can start`
      : `${about}look at the merged text in ${counted(problems.length)}`;
  return (
    <Notice variant={blocking > 0 ? 'danger' : 'warning'} title={title}>
      <ul className="differences">
        {problems.map(({ kind, severity, path, line, message }) => (
          <li key={`${kind} ${path} ${message}`}>
            <code>{path}</code>
            {line !== null && ` (line ${line})`}: {message}
            {blocking > 0 && severity === 'warn' && ' (a warning only)'}
          </li>
        ))}
      </ul>
    </Notice>
  );
}

function counted(places: number): string {
  return places === 1 ? '1 place' : `${places} places`;
}
