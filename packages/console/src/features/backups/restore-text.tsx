import { Card, CardBody, CardTitle } from '@patternfly/react-core';

/** How a backup is restored, which no running console can do to itself. */
export function RestoreText({ keyPath }: { keyPath: string }) {
  return (
    <Card>
      <CardTitle component="h2">Restore</CardTitle>
      <CardBody>
        <p>
          Backups are sealed with <code>{keyPath}</code>. Keep a copy of that key in another place than the backups:
          without it none can be opened.
        </p>
        <p>
          A console is restored while it is stopped, into an empty data folder or database. FILE is a file, or{' '}
          <code>s3://bucket/prefix/name</code> with the options of its store:
        </p>
        <pre>
          <code>
            sealift backup restore FILE --secret-key-file KEY --data FOLDER --dry-run{'\n'}
            sealift backup restore FILE --secret-key-file KEY --data FOLDER --apply
          </code>
        </pre>
        <p>
          Objects that the clusters have lost come back with <code>sealift backup restore-cluster</code>. Cluster API
          stays paused until it would leave every virtual machine as it is.
        </p>
      </CardBody>
    </Card>
  );
}
