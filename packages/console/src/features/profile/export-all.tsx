import { Button } from '@patternfly/react-core';
import { DownloadIcon } from '@patternfly/react-icons';
import type { ProfileView } from '@sealift/core/api';
import { useMutation } from '@tanstack/react-query';
import { exportProfile } from '../../api/profile.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { saveBlob } from '../../components/save-text.ts';

/** Saves every layer's configuration to a safe place, with one click. */
export function ExportAll({ profile }: { profile: ProfileView | undefined }) {
  const download = useMutation({ mutationFn: exportProfile });
  if (profile === undefined) return null;
  const name = `${profile.product.toLowerCase().replaceAll(' ', '-')}-${profile.version}-profile.tar.gz`;
  return (
    <div className="page-action">
      <Button
        icon={<DownloadIcon />}
        isLoading={download.isPending}
        isDisabled={download.isPending}
        onClick={() => download.mutate(undefined, { onSuccess: (archive) => saveBlob(name, archive) })}
      >
        Export all
      </Button>
      {download.isError && <ErrorNotice error={download.error} />}
    </div>
  );
}
