/** The options of `sealift merge` and `sealift merge explain`. */
export interface MergeOptions {
  readonly base?: string;
  readonly current?: string;
  readonly incoming?: string;
  readonly migrations?: string;
  readonly pack?: string;
  readonly schema?: string;
  readonly resolve?: string;
  readonly output?: string;
  readonly json?: true;
  readonly skeleton?: true;
}
