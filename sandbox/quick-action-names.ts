/**
 * Names of GitLab's quick actions and their aliases, all tiers.
 * @see https://docs.gitlab.com/user/project/quick_actions/
 */
export const QUICK_ACTIONS: readonly string[] =
  'add_child add_contacts add_email approve assign assign_reviewer award blocked_by blocks board_move cc checkin_reminder child_epic clear_health_status clear_weight clone close confidential convert_to_ticket copy_metadata create_merge_request done draft due due_date duplicate epic estimate estimate_time health_status in invite_email iteration label labels lock merge milestone move page parent_epic promote promote_to promote_to_incident publish q react ready reassign reassign_reviewer rebase relabel relate remove_child remove_child_epic remove_contacts remove_due_date remove_email remove_epic remove_estimate remove_iteration remove_label remove_labels remove_milestone remove_parent remove_parent_epic remove_reviewer remove_time_estimate remove_time_spent remove_zoom reopen request_changes request_review reviewer run_pipeline set_parent severity ship shrug spend spend_time spent status submit_review subscribe tableflip tag target_branch timeline title todo type unapprove unassign unassign_reviewer unlabel unlink unlock unsubscribe weight wip zoom'.split(
    ' ',
  );

/** Those that leave text behind: GitLab's substitutions. */
export const SUBSTITUTIONS: Readonly<Record<string, string>> = {
  shrug: '¯\\＿(ツ)＿/¯',
  tableflip: '(╯°□°)╯︵ ┻━┻',
};
