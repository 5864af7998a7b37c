/** Stops a lane's event source mapping, or lets it run. Whether the lane is paused is the control record's to say. */
export interface LaneSwitch {
  /** Asks for it; `true` where it stands so by now, so the call is repeated until it does. Throws where the lane has no mapping. */
  set(lane: string, enabled: boolean): Promise<boolean>;
}
