-- Health of Sources and Webhooks for Argo CD, in the ConfigMap argocd-cm:
--
--   data:
--     resource.customizations.health.tasktracker.dev_Source: |
--       <this file>
--     resource.customizations.health.tasktracker.dev_Webhook: |
--       <this file>
--
-- https://argo-cd.readthedocs.io/en/stable/operator-manual/health/#custom-health-checks
local health = {status = "Progressing", message = "The operator has not looked at it yet"}
if obj.status == nil or obj.status.conditions == nil then
  return health
end
-- What was observed of an earlier generation says nothing of this one.
if obj.status.observedGeneration ~= nil and obj.status.observedGeneration < obj.metadata.generation then
  health.message = "The operator has not looked at this generation yet"
  return health
end
local waiting = {Progressing = true, NotDeployed = true, NoHeartbeat = true, Starting = true, NotServed = true, Pending = true}
for _, condition in ipairs(obj.status.conditions) do
  if condition.type == "Ready" then
    health.message = condition.message
    if condition.status == "True" then
      health.status = "Healthy"
    elseif condition.reason == "Suspended" then
      health.status = "Suspended"
    elseif not waiting[condition.reason] then
      health.status = "Degraded"
    end
  end
end
return health
