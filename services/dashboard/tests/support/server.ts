/** The network, mocked at the wire: requests really leave the client and are answered here. */
import { setupServer } from 'msw/node';

export const server = setupServer();
