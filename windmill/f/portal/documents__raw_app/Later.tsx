// A part of the page that may not be read yet.
import React, { useEffect, useReducer, useState } from 'react'
import { Broken } from './api'
import type { Part } from './parts'
import { Loading, Problem } from './ui'

type LaterProps<P> = { of: Part<P>; props: P; waiting?: React.ReactNode }

export default function Later<P extends object>({ of, props, waiting = <Loading /> }: LaterProps<P>) {
  const [, draw] = useReducer((times: number) => times + 1, 0)
  const [failed, setFailed] = useState(false)
  useEffect(() => {
    if (!of.view) of.read().then(draw, () => setFailed(true))
  }, [of])
  const View = of.view
  if (View) return <View {...props} />
  // The files of another version may have taken the place of this one's.
  return failed ? <Problem error={new Broken()} retry={() => location.reload()} /> : waiting
}
