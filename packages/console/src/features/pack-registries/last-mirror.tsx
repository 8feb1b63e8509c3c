import { Button, Label, Progress, ProgressMeasureLocation, ProgressSize, Title } from '@patternfly/react-core';
import type { MirrorState } from '@sealift/core/api';
import { useCancelMirror, useMirror } from '../../api/registries.ts';
import { useMay } from '../../api/session.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Moment } from '../../components/moment.tsx';
import { sizeText } from '../../components/size-text.ts';

/** How far the mirror between two registries is, or how the last one ended; nothing where there was none. */
export function LastMirror() {
  const { data, error } = useMirror();
  if (error !== null) return <ErrorNotice error={error} />;
  if (data === undefined || data.state === 'never') return null;
  const { from, to, dryRun, state } = data;
  return (
    <section className="refused" aria-label="Mirror">
      <Title headingLevel="h2" size="lg">
        {dryRun ? 'Look before a mirror' : 'Mirror'} of {from} to {to}
      </Title>
      <div role="status" className="sync">
        {state === 'running' ? <Running mirror={data} /> : <Ended mirror={data} />}
      </div>
    </section>
  );
}

function Running({ mirror: { from, to, message, parts, doneBytes, totalBytes } }: { mirror: MirrorState }) {
  const cancel = useCancelMirror();
  const mayChange = useMay('registries.change');
  const ended = parts.filter(({ state }) => state !== 'waiting' && state !== 'running').length;
  const ofPart = totalBytes === 0 ? 0 : doneBytes / totalBytes;
  const words =
    parts.length === 0 ? 'Starting' : `${ended} of ${parts.length}, ${sizeText(doneBytes)} of ${sizeText(totalBytes)}`;
  return (
    <>
      <span>{message}</span>
      <Progress
        value={parts.length === 0 ? 0 : ((ended + ofPart) / parts.length) * 100}
        label={words}
        valueText={words}
        size={ProgressSize.sm}
        measureLocation={ProgressMeasureLocation.outside}
        aria-label={`Mirror of ${from} to ${to}`}
      />
      {mayChange && (
        <Button
          variant="secondary"
          isLoading={cancel.isPending}
          isDisabled={cancel.isPending}
          onClick={() => cancel.mutate()}
        >
          Cancel the mirror
        </Button>
      )}
      {cancel.isError && <ErrorNotice error={cancel.error} />}
    </>
  );
}

const outcomes = {
  never: ['Never', 'info'],
  running: ['Running', 'info'],
  succeeded: ['Done', 'success'],
  cancelled: ['Cancelled', 'warning'],
  failed: ['Failed', 'danger'],
} as const;

function Ended({ mirror: { state, finishedAt, message, parts } }: { mirror: MirrorState }) {
  const [words, status] = outcomes[state];
  const failed = parts.filter(({ problem }) => problem !== undefined);
  return (
    <>
      <Label isCompact status={status}>
        {words}
      </Label>{' '}
      {finishedAt !== null && <Moment at={finishedAt} />}
      <p>{message}</p>
      {failed.length > 0 && (
        <ul>
          {failed.map(({ name, problem }) => (
            <li key={name}>
              <strong>{name}</strong>: {problem?.detail} What to do: {problem?.hint} <code>{problem?.code}</code>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
