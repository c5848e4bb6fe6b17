-- What each reader chose, deliveries that wait for their time or are not sent at all, the key of
-- unsubscribe links, and what the operator was told.
-- 读者各自的选择、待重试与不再发送的投递、退订链接的密钥，以及已发出的告警。

alter table archive.subscriber
    add column topics text[] not null default '{}',
    add column keywords text[] not null default '{}',
    add column search text not null default '',
    add column weekdays boolean not null default false;
comment on column archive.subscriber.address is 'A mail address, or the name of another channel. 邮件地址，或其他渠道的名称。';
comment on column archive.subscriber.search is 'Also wanted: what this search finds. 检索到的内容也发送。';
comment on column archive.subscriber.weekdays is 'No mail on Saturday and Sunday. 周末不发送。';

alter table archive.delivery
    add column next_attempt_at timestamptz,
    drop constraint delivery_state_check,
    add constraint delivery_state_check
        check (state in ('queued', 'sending', 'sent', 'failed', 'unknown', 'not_sent'));
comment on column archive.delivery.next_attempt_at is 'Not tried again before, by the clock of the server. 在此之前不再重试（服务器时钟）。';
create index delivery_queued on archive.delivery (edition, id) where state = 'queued';

-- It signs the links, so it is kept with the readers and travels with their backup.
create table archive.link_key (
    only_row boolean primary key default true check (only_row),
    key bytea not null
);
comment on table archive.link_key is 'Signs unsubscribe links; the mailer alone reads it. 退订链接的签名密钥，仅 mailer 可读。';
insert into archive.link_key (key)
select uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid());

create table archive.alarm (
    day date not null,
    kind text not null,
    told_at timestamptz not null,
    primary key (day, kind)
);
comment on table archive.alarm is 'What the operator was told of an edition, each thing once. 已就各期发出的告警，每种一次。';
