"""What customers of Unicorn Rentals reach: address, load balancer, network, and the alarms that watch them."""

from concurrent.futures import Future
from typing import Any

from changectl.model.frozen import dataclass

OWNER = {"Key": "owner", "Value": "rentals"}


@dataclass(frozen=True, slots=True)
class Network:
    """The ids that the load balancer needs."""

    vpc: str
    subnets: tuple[str, ...]
    web: str


def network(ec2: Any, region: str) -> Network:
    """One VPC, a subnet in each of two zones, and the security groups `web` and `db`."""
    vpc = ec2.create_vpc(CidrBlock="10.20.0.0/16", TagSpecifications=_tagged("vpc", "rentals"))["Vpc"]["VpcId"]
    subnets = tuple(
        ec2.create_subnet(
            VpcId=vpc,
            CidrBlock=f"10.20.{number}.0/24",
            AvailabilityZone=f"{region}{zone}",
            TagSpecifications=_tagged("subnet", f"rentals-{zone}"),
        )["Subnet"]["SubnetId"]
        for number, zone in ((1, "a"), (2, "b"))
    )
    web = _group(ec2, vpc, "web", "Checkout, from the internet")
    db = _group(ec2, vpc, "db", "Bookings database, from checkout only")
    ec2.authorize_security_group_ingress(
        GroupId=web,
        IpPermissions=[
            _from_addresses(443, ("0.0.0.0/0", "customers")),
            _from_addresses(80, ("0.0.0.0/0", "redirected to https")),
            _from_addresses(22, ("198.51.100.0/24", "Wellington office"), ("203.0.113.128/25", "Auckland office")),
        ],
    )
    ec2.authorize_security_group_ingress(
        GroupId=db,
        IpPermissions=[_from_group(5432, web, "checkout"), _from_addresses(5432, ("10.20.9.4/32", "bastion"))],
    )
    return Network(vpc, subnets, web)


def load_balancer(elbv2: Any, network: Future[Network]) -> str:
    """The load balancer `rentals` with its HTTP listener and target group, once the network is there. Its ARN."""
    place = network.result()
    balancer: str = elbv2.create_load_balancer(
        Name="rentals", Subnets=list(place.subnets), SecurityGroups=[place.web], Scheme="internet-facing", Tags=[OWNER]
    )["LoadBalancers"][0]["LoadBalancerArn"]
    elbv2.modify_load_balancer_attributes(
        LoadBalancerArn=balancer,
        Attributes=[
            {"Key": "idle_timeout.timeout_seconds", "Value": "60"},
            {"Key": "deletion_protection.enabled", "Value": "true"},
            {"Key": "routing.http.drop_invalid_header_fields.enabled", "Value": "false"},
        ],
    )
    targets = elbv2.create_target_group(
        Name="rentals-web",
        Protocol="HTTP",
        Port=8080,
        VpcId=place.vpc,
        TargetType="ip",
        HealthCheckPath="/health",
        HealthCheckIntervalSeconds=10,
        HealthCheckTimeoutSeconds=5,
        Matcher={"HttpCode": "200"},
        Tags=[OWNER],
    )["TargetGroups"][0]["TargetGroupArn"]
    forward = {"Type": "forward", "TargetGroupArn": targets}
    elbv2.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=80, DefaultActions=[forward])
    return balancer


def address(route53: Any) -> None:
    """The zone `rentals.example.com.` and where it points."""
    zone = route53.create_hosted_zone(Name="rentals.example.com.", CallerReference="rentals")["HostedZone"]["Id"]
    record = {"Name": "rentals.example.com.", "Type": "A", "TTL": 300, "ResourceRecords": [{"Value": "203.0.113.10"}]}
    route53.change_resource_record_sets(
        HostedZoneId=zone, ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
    )


def alarms(cloudwatch: Any, balancer: Future[str]) -> None:
    """`rentals-5xx` and `rentals-latency`, both OK, on the load balancer once it is there."""
    watched = [{"Name": "LoadBalancer", "Value": balancer.result().split("loadbalancer/")[1]}]
    for name, metric, statistic, threshold in (
        ("rentals-5xx", "HTTPCode_Target_5XX_Count", "Sum", 10.0),
        ("rentals-latency", "TargetResponseTime", "Average", 1.5),
    ):
        cloudwatch.put_metric_alarm(
            AlarmName=name,
            Namespace="AWS/ApplicationELB",
            MetricName=metric,
            Dimensions=watched,
            Statistic=statistic,
            Period=60,
            EvaluationPeriods=3,
            Threshold=threshold,
            ComparisonOperator="GreaterThanThreshold",
            TreatMissingData="notBreaching",
        )
        cloudwatch.set_alarm_state(AlarmName=name, StateValue="OK", StateReason="Business as usual")


def _tagged(kind: str, name: str) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": [{"Key": "Name", "Value": name}, OWNER]}]


def _group(ec2: Any, vpc: str, name: str, description: str) -> str:
    made = ec2.create_security_group(
        GroupName=name, Description=description, VpcId=vpc, TagSpecifications=_tagged("security-group", name)
    )
    return str(made["GroupId"])


def _from_addresses(port: int, *sources: tuple[str, str]) -> dict[str, Any]:
    return _tcp(port) | {"IpRanges": [{"CidrIp": cidr, "Description": whose} for cidr, whose in sources]}


def _from_group(port: int, group: str, whose: str) -> dict[str, Any]:
    return _tcp(port) | {"UserIdGroupPairs": [{"GroupId": group, "Description": whose}]}


def _tcp(port: int) -> dict[str, Any]:
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port}
