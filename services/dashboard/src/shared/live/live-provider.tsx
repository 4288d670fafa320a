/** Keeps the socket for as long as somebody is signed in, and lets screens see how it is. */
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { createContext, use, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';

import { keys } from '@/shared/api/keys';
import type { Me } from '@/shared/api/types';
import { tellMentions } from '@/shared/mentions/tell-mentions';

import { keysOf } from './event-keys';
import { connectLive, type LiveConnection } from './live-connection';
import type { LiveState } from './live-state';
import { Refresher } from './refresher';

type Live = { phase: LiveState['phase']; retry: () => void };

const LiveContext = createContext<Live>({ phase: 'connecting', retry: () => undefined });

const socketUrl = () => `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`;

export function LiveProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const connection = useRef<LiveConnection | null>(null);
  const [phase, setPhase] = useState<LiveState['phase']>('connecting');

  useEffect(() => {
    const refresher = new Refresher(client);
    const live = connectLive(socketUrl(), {
      onEvents: (events) => {
        refresher.refresh(keysOf(events));
        const open = (number: number) => void navigate({ to: '/tasks/$number', params: { number: String(number) } });
        tellMentions(events, client.getQueryData<Me>(keys.me)?.member, open);
      },
      onCatchUp: () => refresher.refresh([keys.tasks, keys.messages, keys.sources, keys.deadLetters, keys.ledger, keys.accuracy, keys.views]),
      onHealth: () => refresher.refresh([keys.sources, keys.health]),
      onState: (state) => {
        setPhase(state.phase);
        // A refused socket may mean an ended session; asking who we are finds out.
        if (state.phase === 'waiting' && state.attempt % 3 === 0) refresher.refresh([keys.me]);
      },
    });
    connection.current = live;
    return () => {
      live.stop();
      refresher.stop();
    };
  }, [client, navigate]);

  const value = useMemo(() => ({ phase, retry: () => connection.current?.retry() }), [phase]);
  return <LiveContext value={value}>{children}</LiveContext>;
}

export const useLive = () => use(LiveContext);
