// Starts @spotify/lighthouse-audit-service. Usage: node audit-service.mjs PORT POSTGRES_PORT
import { createRequire } from 'node:module';

const { startServer } = createRequire(import.meta.url)('@spotify/lighthouse-audit-service');
const [port, database] = process.argv.slice(2).map(Number);
await startServer({ port, postgresConfig: { host: '127.0.0.1', port: database, user: 'postgres', database: 'postgres' } });
