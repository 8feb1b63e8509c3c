import { Alert, Button, Label } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import type { BackupView } from '@sealift/core/api';
import { proofText, reasonText } from '@sealift/core/backup';
import { useState } from 'react';
import { useVerifyBackup } from '../../api/backups.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LockedButton } from '../../components/locked-button.tsx';
import { Moment } from '../../components/moment.tsx';
import { sizeText } from '../../components/size-text.ts';
import { RemoveBackupDialog } from './remove-backup-dialog.tsx';

/** Each backup with what was proven of it. */
export function BackupTable({ backups }: { backups: readonly BackupView[] }) {
  const [removing, setRemoving] = useState<BackupView | null>(null);
  const verify = useVerifyBackup();
  return (
    <>
      <div role="status">
        {verify.isSuccess && (
          <Alert isInline variant="success" title={`Backup ${verify.variables} is whole`}>
            {proofText(verify.data)}
          </Alert>
        )}
      </div>
      {verify.isError && <ErrorNotice error={verify.error} />}
      <Table variant="compact" aria-label="Backups" gridBreakPoint="grid-lg">
        <Thead>
          <Tr>
            <Th>Made</Th>
            <Th>Why</Th>
            <Th>Size</Th>
            <Th>Proven</Th>
            <Th screenReaderText="Actions" />
          </Tr>
        </Thead>
        <Tbody>
          {backups.map((backup) => (
            <Tr key={backup.id}>
              <Td dataLabel="Made">
                <Moment at={backup.createdAt} />
              </Td>
              <Td dataLabel="Why" modifier="breakWord">
                {reasonText(backup.reason)}
              </Td>
              <Td dataLabel="Size">{sizeText(backup.sizeBytes)}</Td>
              <Td dataLabel="Proven">
                <Proven backup={backup} />
              </Td>
              <Td isActionCell>
                <Button
                  variant="link"
                  size="sm"
                  aria-label={`Verify ${backup.id}`}
                  isLoading={verify.isPending && verify.variables === backup.id}
                  isDisabled={verify.isPending}
                  onClick={() => verify.mutate(backup.id)}
                >
                  Verify
                </Button>
                <Button
                  variant="link"
                  size="sm"
                  component="a"
                  href={`/api/v1/backups/${encodeURIComponent(backup.id)}/file`}
                  aria-label={`Download ${backup.id}`}
                >
                  Download
                </Button>
                <LockedButton
                  needs="backups.change"
                  variant="link"
                  size="sm"
                  isDanger
                  aria-label={`Remove ${backup.id}`}
                  onClick={() => setRemoving(backup)}
                >
                  Remove
                </LockedButton>
              </Td>
            </Tr>
          ))}
        </Tbody>
      </Table>
      {removing !== null && <RemoveBackupDialog backup={removing} onClose={() => setRemoving(null)} />}
    </>
  );
}

function Proven({ backup: { isHere, place, proof } }: { backup: BackupView }) {
  if (isHere === false) return <Label status="danger">Its file is not in {place}</Label>;
  return (
    <>
      {proofText(proof)}
      {isHere === null && (
        <p className="quiet">
          It lies in <code>{place}</code>, which was not looked at.
        </p>
      )}
    </>
  );
}
