"""Production on the stage: a load balancer, a table, a parameter and a security group; made, read and mended by plain boto3."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.resources import load_balancer_case, security_group_case, table_case

Client = Callable[[str], Any]
Facts = dict[str, Any]

LIMIT = "/rentals/limit"


@dataclass(frozen=True)
class Production:
    """Everything that the plans touch, and what is beside it. `ids` is what the plans call by their ids."""

    clients: Client
    ids: Mapping[str, str]

    def read(self) -> Facts:
        """What plain boto3 reads of it."""
        return {**self._balancer(), **self._table(), **self._parameter(), **self._group()}

    def mend(self, wanted: Facts) -> bool:
        """Take back what changes that went well have left. Whether that is all there was to be mended."""
        clients, ids = self.clients, self.ids
        timeout = {"Key": TIMEOUT, "Value": "60"}
        clients("elbv2").modify_load_balancer_attributes(LoadBalancerArn=ids["balancer"], Attributes=[timeout])
        clients("elbv2").remove_tags(ResourceArns=[ids["balancer"]], TagKeys=["Trial", "Stranger"])
        clients("elbv2").add_tags(ResourceArns=[ids["balancer"]], Tags=[TEAM])
        clients("dynamodb").untag_resource(ResourceArn=ids["table"], TagKeys=["Trial", "Stranger"])
        clients("dynamodb").tag_resource(ResourceArn=ids["table"], Tags=[TEAM])
        clients("ssm").put_parameter(Name=LIMIT, Value="7", Overwrite=True)
        now = self.read()
        extra = [rule for rule in now["ingress"] if rule not in wanted["ingress"]]
        lost = [rule for rule in wanted["ingress"] if rule not in now["ingress"]]
        if extra:
            clients("ec2").revoke_security_group_ingress(GroupId=ids["group"], IpPermissions=list(map(_rule, extra)))
        if lost:
            clients("ec2").authorize_security_group_ingress(GroupId=ids["group"], IpPermissions=list(map(_rule, lost)))
        return self.read() == wanted

    def _balancer(self) -> Facts:
        elbv2, arn = self.clients("elbv2"), self.ids["balancer"]
        attributes = elbv2.describe_load_balancer_attributes(LoadBalancerArn=arn)["Attributes"]
        tags = elbv2.describe_tags(ResourceArns=[arn])["TagDescriptions"][0]["Tags"]
        return {
            "balancer": elbv2.describe_load_balancers(LoadBalancerArns=[arn])["LoadBalancers"][0],
            "attributes": {each["Key"]: each["Value"] for each in attributes},
            "balancer tags": {each["Key"]: each["Value"] for each in tags},
        }

    def _table(self) -> Facts:
        dynamodb, name = self.clients("dynamodb"), table_case.NAME
        tags = dynamodb.list_tags_of_resource(ResourceArn=self.ids["table"])["Tags"]
        return {
            "table": dynamodb.describe_table(TableName=name)["Table"],
            "table tags": {each["Key"]: each["Value"] for each in tags},
        }

    def _parameter(self) -> Facts:
        return {"limit": self.clients("ssm").get_parameter(Name=LIMIT)["Parameter"]["Value"]}

    def _group(self) -> Facts:
        group = self.clients("ec2").describe_security_groups(GroupIds=[self.ids["group"]])["SecurityGroups"][0]
        rules = [
            (rule.get("FromPort", -1), rule["IpProtocol"], peer.get(name, ""), peer.get("Description", ""))
            for rule in group["IpPermissions"]
            for ranges, name in RANGES
            for peer in rule.get(ranges, [])
        ]
        return {"ingress": sorted(rules), "group tags": group.get("Tags", [])}


TIMEOUT = "idle_timeout.timeout_seconds"
TEAM = {"Key": "Team", "Value": "rentals"}
RANGES = (("IpRanges", "CidrIp"), ("Ipv6Ranges", "CidrIpv6"), ("UserIdGroupPairs", "GroupId"))


def made(clients: Client) -> Production:
    """All of it, in an empty AWS."""
    table_case.make(clients)
    clients("ssm").put_parameter(Name=LIMIT, Value="7", Type="String")
    group = security_group_case.make(clients).id[0]
    balancer = load_balancer_case.make(clients).id[0]
    table = clients("dynamodb").describe_table(TableName=table_case.NAME)["Table"]["TableArn"]
    timeout = {"Key": TIMEOUT, "Value": "60"}  # which moto forgets to set
    clients("elbv2").modify_load_balancer_attributes(LoadBalancerArn=balancer, Attributes=[timeout])
    return Production(clients, {"group": group, "balancer": balancer, "table": table})


def _rule(rule: tuple[int, str, str, str]) -> Mapping[str, Any]:
    port, protocol, cidr, description = rule
    peer = {"CidrIp": cidr} | ({"Description": description} if description else {})
    return {"IpProtocol": protocol, "FromPort": port, "ToPort": port, "IpRanges": [peer]}
