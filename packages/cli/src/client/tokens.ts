/** Path of the API tokens. */
export const tokensUrl = '/api/v1/tokens';
