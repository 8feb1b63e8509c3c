import { Button, Card, CardBody, CardTitle, List, ListItem } from '@patternfly/react-core';
import type { StoredCheckpoint } from '@sealift/core/api';
import { useCheckpoints, useMakeCheckpoint } from '../../api/audit.ts';
import { useMay } from '../../api/session.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Moment } from '../../components/moment.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { saveBlob } from '../../components/save-text.ts';

const shownAtMost = 5;

/** Signed ends of the log, to be kept elsewhere. */
export function Checkpoints() {
  const checkpoints = useCheckpoints();
  const make = useMakeCheckpoint();
  const may = useMay('audit.checkpoint');
  return (
    <Card className="checkpoints">
      <CardTitle component="h2">Checkpoints</CardTitle>
      <CardBody>
        <p>
          The console signs every hour where the log ends. Keep some where it cannot write: with one{' '}
          <code>sealift audit verify --checkpoint</code> also finds an end that was cut off, and a log that was written
          anew. The evidence of an upgrade serves as one too.
        </p>
        {make.isError && <ErrorNotice error={make.error} />}
        <QueryView query={checkpoints} what="the checkpoints">
          {(list) => <Files checkpoints={list.checkpoints} />}
        </QueryView>
        {may && (
          <Button
            variant="secondary"
            onClick={() => make.mutate()}
            isLoading={make.isPending}
            isDisabled={make.isPending}
          >
            Sign the end now
          </Button>
        )}
      </CardBody>
    </Card>
  );
}

function Files({ checkpoints }: { checkpoints: readonly StoredCheckpoint[] }) {
  if (checkpoints.length === 0) return <p className="quiet">None was signed yet.</p>;
  return (
    <List isPlain>
      {checkpoints.slice(0, shownAtMost).map(({ sequence, at, keyId, file }) => (
        <ListItem key={sequence}>
          <Button variant="link" isInline onClick={() => saveBlob(`audit-${sequence}.checkpoint`, new Blob([file]))}>
            Up to entry {sequence}
          </Button>{' '}
          <span className="quiet">
            signed <Moment at={at} /> by key <code>{keyId}</code>
          </span>
        </ListItem>
      ))}
    </List>
  );
}
