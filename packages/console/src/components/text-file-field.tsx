import { FileUpload, FormGroup, FormHelperText, HelperText, HelperTextItem } from '@patternfly/react-core';
import { useId, useState } from 'react';

/** More than any certificate or kubeconfig; the server refuses more as well. */
const usualBytes = 200_000;

interface TextFileFieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  help: string;
  problem?: string | undefined;
  isRequired?: boolean;
  /** The largest file that is taken. */
  longestBytes?: number;
}

/** A text that is pasted, or taken from a file of the reader's own machine. */
export function TextFileField({
  label,
  value,
  onChange,
  help,
  problem,
  isRequired = true,
  longestBytes = usualBytes,
}: TextFileFieldProps) {
  const id = useId();
  const [fileName, setFileName] = useState('');
  const [tooLarge, setTooLarge] = useState(false);
  const message = tooLarge ? `The file is larger than ${longestBytes} bytes` : (problem ?? help);
  const wrong = tooLarge || problem !== undefined;
  const take = (file: File) => {
    setTooLarge(file.size > longestBytes);
    if (file.size > longestBytes) return;
    setFileName(file.name);
    void file.text().then(onChange);
  };
  return (
    <FormGroup label={label} isRequired={isRequired} fieldId={id}>
      <FileUpload
        id={id}
        type="text"
        value={value}
        filename={fileName}
        filenamePlaceholder="Paste below, or choose a file"
        onFileInputChange={(_event, file) => take(file)}
        onTextChange={(_event, text) => onChange(text)}
        onClearClick={() => {
          setFileName('');
          setTooLarge(false);
          onChange('');
        }}
        browseButtonText="Choose a file"
        validated={wrong ? 'error' : 'default'}
        className="mono"
        textAreaPlaceholder=""
        aria-label={label}
        aria-describedby={`${id}-help`}
      />
      <FormHelperText id={`${id}-help`}>
        <HelperText isLiveRegion>
          <HelperTextItem variant={wrong ? 'error' : 'default'}>{message}</HelperTextItem>
        </HelperText>
      </FormHelperText>
    </FormGroup>
  );
}
