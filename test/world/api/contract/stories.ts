import type { Teller } from './teller';

export type Story = (teller: Teller) => Promise<void>;
export type Stories = Readonly<Record<string, Story>>;
