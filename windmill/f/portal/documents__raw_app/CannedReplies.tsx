// Canned replies: made, changed and deleted by those who may.
import { Button, Group, Stack, Text, TextInput, Textarea } from '@mantine/core'
import React, { useState } from 'react'
import { Window } from './Window'
import { refresh, useAsk } from './data'
import { SavedReply, deleteSavedReply, saveReply } from './inbox'
import { About, Empty, Item, List, Loaded, Sure, useForm, useHere } from './ui'

export default function CannedReplies({ close }: { close: () => void }) {
  const { t, may } = useHere()
  const c = t.conversations
  const [editing, setEditing] = useState<SavedReply | 'new'>()
  const list = useAsk<{ replies: SavedReply[] }>('saved_replies', 'list')
  return (
    <Window title={c.canned} close={close}>
      <Text size="sm" c="dimmed">{c.cannedIntro}</Text>
      {editing ? (
        <Edit key={editing === 'new' ? '' : editing.id} one={editing === 'new' ? undefined : editing} done={() => setEditing(undefined)} />
      ) : (
        <Button mt="sm" size="sm" onClick={() => setEditing('new')}>{c.newCanned}</Button>
      )}
      <Loaded of={list}>
        {({ replies }) => (
          <List label={c.canned}>
            {replies.length === 0 && <Empty title={c.noCanned} icon="answer" />}
            {replies.map((one) => (
              <Item key={one.id}>
                <Group justify="space-between" wrap="nowrap">
                  <Text fw={600}>/{one.shortcut}</Text>
                  <Group gap={4} wrap="nowrap">
                    <Button size="compact-sm" variant="subtle" onClick={() => setEditing(one)}>{c.change}<About>{one.shortcut}</About></Button>
                    {may('owner', 'editor') && <Sure label={t.remove} ask={`/${one.shortcut}`} says={c.removeCannedSays} act={async () => { await deleteSavedReply(one.id); await refresh('saved_replies') }} />}
                  </Group>
                </Group>
                <Text size="sm" dir="auto" className="text">{one.body}</Text>
              </Item>
            ))}
          </List>
        )}
      </Loaded>
    </Window>
  )
}

function Edit({ one, done }: { one?: SavedReply; done: () => void }) {
  const { t } = useHere()
  const c = t.conversations
  const form = useForm()
  const [shortcut, setShortcut] = useState(one?.shortcut ?? '')
  const [body, setBody] = useState(one?.body ?? '')
  const save = (event: React.FormEvent) => {
    event.preventDefault()
    event.stopPropagation() // the composer's form is this dialog's parent in React's tree
    form.run(async () => {
      await saveReply(shortcut.replace(/^\//, ''), body, one?.id)
      await refresh('saved_replies')
      done()
      return t.saved
    })
  }
  return (
    <form onSubmit={save}>
      <Stack gap="sm" mt="sm">
        <TextInput label={c.shortcut} description={c.shortcutHint} required data-autofocus maxLength={60} value={shortcut} onChange={(e) => setShortcut(e.target.value)} />
        <Textarea label={c.cannedWords} description={c.cannedFields} required dir="auto" maxLength={4000} value={body} onChange={(e) => setBody(e.target.value)} />
        <Group>
          <Button type="submit" loading={form.busy}>{t.save}</Button>
          <Button variant="subtle" onClick={done}>{t.cancel}</Button>
        </Group>
        {form.shown}
      </Stack>
    </form>
  )
}
