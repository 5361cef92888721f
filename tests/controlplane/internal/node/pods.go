package node

import (
	"context"
	"log/slog"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/cache"
)

// exitCodeAnnotation on a pod chooses the exit code of its containers.
const exitCodeAnnotation = "standin/exit-code"

// killed is the exit code of a container that did not end by itself.
const killed = 137

// sync moves one pod a step on; a positive duration asks to be called again
// after it. A pod read from a cache that lags behind does no harm: the write
// conflicts and the pod comes back.
func (n *Node) sync(ctx context.Context, key cache.ObjectName) (time.Duration, error) {
	cached, err := n.pods.Pods(key.Namespace).Get(key.Name)
	if apierrors.IsNotFound(err) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	pod := cached.DeepCopy()
	switch {
	case pod.DeletionTimestamp != nil:
		return 0, n.remove(ctx, pod)
	case pod.Status.Phase == corev1.PodPending || pod.Status.Phase == "":
		n.start(pod)
		n.started[pod.UID] = time.Now()
		return 0, n.post(ctx, pod)
	case pod.Status.Phase == corev1.PodRunning && pod.Spec.RestartPolicy != corev1.RestartPolicyAlways:
		if left := n.cfg.JobDuration - time.Since(n.startedAt(pod)); left > 0 {
			return left, nil
		}
		delete(n.started, pod.UID)
		finish(pod, exitCode(pod))
		return 0, n.post(ctx, pod)
	}
	return 0, nil
}

// post writes the pod's status. A pod that is gone needs none.
func (n *Node) post(ctx context.Context, pod *corev1.Pod) error {
	pod.Status.ObservedGeneration = pod.Generation
	_, err := n.client.CoreV1().Pods(pod.Namespace).UpdateStatus(ctx, pod, metav1.UpdateOptions{})
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err == nil {
		slog.Info("pod", "namespace", pod.Namespace, "name", pod.Name, "phase", pod.Status.Phase)
	}
	return err
}

// remove ends a pod that is being deleted. Controllers count on seeing the end
// of its containers before the object goes (Jobs account for pods that way).
func (n *Node) remove(ctx context.Context, pod *corev1.Pod) error {
	if pod.Status.Phase == corev1.PodRunning {
		finish(pod, killed)
		return n.post(ctx, pod) // the update brings us back here
	}
	delete(n.started, pod.UID)
	now := int64(0)
	err := n.client.CoreV1().Pods(pod.Namespace).Delete(ctx, pod.Name, metav1.DeleteOptions{
		GracePeriodSeconds: &now,
		Preconditions:      metav1.NewUIDPreconditions(string(pod.UID)),
	})
	if apierrors.IsNotFound(err) || apierrors.IsConflict(err) {
		return nil // gone, or its name belongs to a newer pod
	}
	return err
}

// start gives the pod an address and sets all its containers running.
func (n *Node) start(pod *corev1.Pod) {
	now := metav1.Now()
	s := &pod.Status
	s.Phase = corev1.PodRunning
	s.StartTime = &now
	s.HostIP, s.HostIPs = IP, []corev1.HostIP{{IP: IP}}
	s.PodIP = n.podIP(pod)
	s.PodIPs = []corev1.PodIP{{IP: s.PodIP}}
	s.InitContainerStatuses, s.ContainerStatuses = nil, nil
	for _, c := range pod.Spec.InitContainers {
		status := containerStatus(pod, c)
		if c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways {
			setRunning(&status, now) // a sidecar
		} else {
			status.State.Terminated = &corev1.ContainerStateTerminated{
				Reason: "Completed", StartedAt: now, FinishedAt: now, ContainerID: status.ContainerID}
			status.Ready = true
		}
		s.InitContainerStatuses = append(s.InitContainerStatuses, status)
	}
	for _, c := range pod.Spec.Containers {
		status := containerStatus(pod, c)
		setRunning(&status, now)
		s.ContainerStatuses = append(s.ContainerStatuses, status)
	}
	for _, kind := range []corev1.PodConditionType{corev1.PodReadyToStartContainers,
		corev1.PodInitialized, corev1.PodReady, corev1.ContainersReady} {
		podCondition(pod, kind, corev1.ConditionTrue, "")
	}
}

// finish ends all running containers with the same exit code.
func finish(pod *corev1.Pod, code int32) {
	now := metav1.Now()
	reason, podReason := "Completed", "PodCompleted"
	pod.Status.Phase = corev1.PodSucceeded
	if code != 0 {
		reason, podReason = "Error", "PodFailed"
		pod.Status.Phase = corev1.PodFailed
	}
	for _, statuses := range [][]corev1.ContainerStatus{pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses} {
		for i := range statuses {
			status := &statuses[i]
			if status.State.Running == nil {
				continue
			}
			stopped := false
			status.State = corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
				ExitCode: code, Reason: reason, StartedAt: status.State.Running.StartedAt,
				FinishedAt: now, ContainerID: status.ContainerID}}
			status.Ready, status.Started = false, &stopped
		}
	}
	podCondition(pod, corev1.PodReadyToStartContainers, corev1.ConditionFalse, "")
	podCondition(pod, corev1.PodReady, corev1.ConditionFalse, podReason)
	podCondition(pod, corev1.ContainersReady, corev1.ConditionFalse, podReason)
}

func containerStatus(pod *corev1.Pod, c corev1.Container) corev1.ContainerStatus {
	return corev1.ContainerStatus{
		Name: c.Name, Image: c.Image, ImageID: "docker-pullable://" + c.Image,
		ContainerID: "docker://" + string(pod.UID) + "-" + c.Name,
	}
}

func setRunning(status *corev1.ContainerStatus, now metav1.Time) {
	started := true
	status.State.Running = &corev1.ContainerStateRunning{StartedAt: now}
	status.Ready, status.Started = true, &started
}

func podCondition(pod *corev1.Pod, kind corev1.PodConditionType, value corev1.ConditionStatus, reason string) {
	next := corev1.PodCondition{Type: kind, Status: value, Reason: reason,
		LastTransitionTime: metav1.Now(), ObservedGeneration: pod.Generation}
	for i, old := range pod.Status.Conditions {
		if old.Type == kind {
			if old.Status == value {
				next.LastTransitionTime = old.LastTransitionTime
			}
			pod.Status.Conditions[i] = next
			return
		}
	}
	pod.Status.Conditions = append(pod.Status.Conditions, next)
}

// startedAt prefers our own memory: the API keeps whole seconds only, which
// would cut up to one off the life of a pod.
func (n *Node) startedAt(pod *corev1.Pod) time.Time {
	if t, ok := n.started[pod.UID]; ok {
		return t
	}
	if pod.Status.StartTime == nil {
		return time.Time{}
	}
	return pod.Status.StartTime.Time
}

func exitCode(pod *corev1.Pod) int32 {
	code, err := strconv.ParseInt(pod.Annotations[exitCodeAnnotation], 10, 32)
	if err != nil {
		return 0
	}
	return int32(code)
}
