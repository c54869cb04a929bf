// SPDX-License-Identifier: BSD-2-Clause-Patent
// Register interface of the variable service: mapping, commands, DMA and PIO.

#include "HostVarsDxe.h"

#include <Library/BaseLib.h>
#include <Library/BaseMemoryLib.h>
#include <Library/DebugLib.h>
#include <Library/DxeServicesTableLib.h>
#include <Library/IoLib.h>
#include <Library/MemoryAllocationLib.h>
#include <Library/UefiBootServicesTableLib.h>
#include <Library/UefiRuntimeLib.h>

//
// Offsets in the register page, with the only width used for each.
//
#define REG_MAGIC         0x00 // 16, read
#define REG_CMD_STS       0x02 // 16, write a command, read its status
#define REG_BUFFER_SIZE   0x04 // 32
#define REG_DMA_ADDR_LO   0x08 // 32
#define REG_DMA_ADDR_HI   0x0C // 32
#define REG_PIO_TRANSFER  0x10 // 32, moves on by itself
#define REG_PIO_CRC32C    0x18 // 32, read
#define REG_FLAGS         0x1C // 32, read

#define MAGIC_VALUE    0x0EF1
#define FLAG_USE_PIO   BIT0

#define CMD_RESET            1
#define CMD_DMA_MM           2
#define CMD_PIO_MM           3
#define CMD_PIO_ZERO_OFFSET  4

#define STS_SUCCESS            0x00
#define STS_BUSY               0x01
#define STS_ERR_NOT_SUPPORTED  0x11
#define STS_ERR_BAD_SIZE       0x12

//
// The host completes a command before the guest runs on. This only keeps a
// broken host from hanging the guest, so it is short on purpose.
//
#define STATUS_POLLS  100

STATIC UINTN    mRegs;       // register page, converted for the OS
STATIC UINT8    *mBuffer;    // transfer buffer, converted for the OS
STATIC BOOLEAN  mUsePio;

/**
  Give a command to the device and wait for its end.

  @param[in] Command  One of CMD_*.

  @retval EFI_SUCCESS  Done.
  @return See HostVarsDeviceSend() for the failures.
**/
STATIC
EFI_STATUS
RunCommand (
  IN UINT16  Command
  )
{
  UINTN   Poll;
  UINT16  Status;

  Status = STS_BUSY;
  MmioWrite16 (mRegs + REG_CMD_STS, Command);
  for (Poll = 0; Poll < STATUS_POLLS; Poll++) {
    Status = MmioRead16 (mRegs + REG_CMD_STS);
    if (Status == STS_SUCCESS) {
      return EFI_SUCCESS;
    }

    if (Status != STS_BUSY) {
      DEBUG ((DEBUG_ERROR, "HostVars: command %d: device status 0x%x\n", Command, Status));
      break;
    }

    CpuPause ();
  }

  switch (Status) {
    case STS_BUSY:
      DEBUG ((DEBUG_ERROR, "HostVars: command %d: busy for %d polls\n", Command, STATUS_POLLS));
      return EFI_TIMEOUT;
    case STS_ERR_NOT_SUPPORTED:
      return EFI_UNSUPPORTED;
    case STS_ERR_BAD_SIZE:
      return EFI_BAD_BUFFER_SIZE;
    default:
      return EFI_DEVICE_ERROR;
  }
}

/**
  Compare the device's checksum of what went through the window with ours.

  @param[in] Bytes      Number of bytes since the last CMD_PIO_ZERO_OFFSET.
  @param[in] Direction  For the log.

  @retval EFI_SUCCESS       Equal.
  @retval EFI_DEVICE_ERROR  Not equal.
**/
STATIC
EFI_STATUS
CheckPioSum (
  IN UINTN        Bytes,
  IN CONST CHAR8  *Direction
  )
{
  UINT32  Ours;
  UINT32  Theirs;

  Ours   = CalculateCrc32c (mBuffer, Bytes, 0);
  Theirs = MmioRead32 (mRegs + REG_PIO_CRC32C);
  if (Ours == Theirs) {
    return EFI_SUCCESS;
  }

  DEBUG ((
    DEBUG_ERROR,
    "HostVars: %a of %d bytes: checksum 0x%08x, device has 0x%08x\n",
    Direction,
    (UINT32)Bytes,
    Ours,
    Theirs
    ));
  return EFI_DEVICE_ERROR;
}

/**
  Push the transfer buffer through the window, in words.

  @param[in] NrWords  Number of 32-bit words.

  @retval EFI_SUCCESS  The device has the same bytes.
  @return See HostVarsDeviceSend() for the failures.
**/
STATIC
EFI_STATUS
PioPush (
  IN UINTN  NrWords
  )
{
  EFI_STATUS  Status;
  UINTN       Word;

  Status = RunCommand (CMD_PIO_ZERO_OFFSET);
  if (EFI_ERROR (Status)) {
    return Status;
  }

  for (Word = 0; Word < NrWords; Word++) {
    MmioWrite32 (mRegs + REG_PIO_TRANSFER, ((UINT32 *)mBuffer)[Word]);
  }

  return CheckPioSum (NrWords * sizeof (UINT32), "write");
}

/**
  Pull the reply through the window into the transfer buffer, in words.

  @param[in] NrWords  Number of 32-bit words.

  @retval EFI_SUCCESS  The buffer has the same bytes as the device.
  @return See HostVarsDeviceSend() for the failures.
**/
STATIC
EFI_STATUS
PioPull (
  IN UINTN  NrWords
  )
{
  EFI_STATUS  Status;
  UINTN       Word;

  Status = RunCommand (CMD_PIO_ZERO_OFFSET);
  if (EFI_ERROR (Status)) {
    return Status;
  }

  for (Word = 0; Word < NrWords; Word++) {
    ((UINT32 *)mBuffer)[Word] = MmioRead32 (mRegs + REG_PIO_TRANSFER);
  }

  return CheckPioSum (NrWords * sizeof (UINT32), "read");
}

/**
  Exchange the message in the transfer buffer without DMA.

  @param[in] Total  Its length; the last word is padded with zeros.

  @retval EFI_SUCCESS  The reply is in the transfer buffer.
  @return See HostVarsDeviceSend() for the failures.
**/
STATIC
EFI_STATUS
ExchangePio (
  IN UINTN  Total
  )
{
  EFI_STATUS  Status;
  UINTN       NrWords;

  NrWords = (Total + sizeof (UINT32) - 1) / sizeof (UINT32);
  ZeroMem (mBuffer + Total, NrWords * sizeof (UINT32) - Total);
  Status = PioPush (NrWords);
  if (EFI_ERROR (Status)) {
    return Status;
  }

  Status = RunCommand (CMD_PIO_MM);
  if (EFI_ERROR (Status)) {
    return Status;
  }

  return PioPull (NrWords);
}

EFI_STATUS
HostVarsDeviceSend (
  IN OUT VOID   *Message,
  IN     UINTN  Total
  )
{
  EFI_STATUS  Status;

  CopyMem (mBuffer, Message, Total);
  Status = mUsePio ? ExchangePio (Total) : RunCommand (CMD_DMA_MM);
  if (EFI_ERROR (Status)) {
    DEBUG ((
      DEBUG_ERROR,
      "HostVars: message %g of %d bytes: %r\n",
      &((EFI_MM_COMMUNICATE_HEADER *)Message)->HeaderGuid,
      (UINT32)Total,
      Status
      ));
    return Status;
  }

  CopyMem (Message, mBuffer, Total);
  return EFI_SUCCESS;
}

/**
  Claim the register page for the life of the machine, uncached.

  RUNTIME makes the OS map it, and report its choice in SetVirtualAddressMap().

  @param[in] Base  Physical address of the page.

  @return NULL on success, else the reason in plain words.
**/
STATIC
CONST CHAR8 *
MapRegisters (
  IN EFI_PHYSICAL_ADDRESS  Base
  )
{
  EFI_GCD_MEMORY_SPACE_DESCRIPTOR  Space;
  EFI_STATUS                       Status;

  if ((Base == 0) || ((Base & EFI_PAGE_MASK) != 0)) {
    return "is not the address of a page";
  }

  Status = gDS->GetMemorySpaceDescriptor (Base, &Space);
  if (EFI_ERROR (Status)) {
    return "is outside the address space";
  }

  if (Space.GcdMemoryType == EfiGcdMemoryTypeNonExistent) {
    Status = gDS->AddMemorySpace (
                    EfiGcdMemoryTypeMemoryMappedIo,
                    Base,
                    EFI_PAGE_SIZE,
                    EFI_MEMORY_UC | EFI_MEMORY_RUNTIME
                    );
    if (EFI_ERROR (Status)) {
      return "cannot be added to the memory map";
    }
  }

  Status = gDS->AllocateMemorySpace (
                  EfiGcdAllocateAddress,
                  EfiGcdMemoryTypeMemoryMappedIo,
                  0,
                  EFI_PAGE_SIZE,
                  &Base,
                  gImageHandle,
                  NULL
                  );
  if (EFI_ERROR (Status)) {
    return "is in use by memory or another device";
  }

  Status = gDS->SetMemorySpaceAttributes (Base, EFI_PAGE_SIZE, EFI_MEMORY_UC | EFI_MEMORY_RUNTIME);
  return EFI_ERROR (Status) ? "cannot be mapped uncached" : NULL;
}

/**
  Tell the device where the transfer buffer is, or learn that it wants PIO.

  @param[in] Physical  Address of the buffer.
**/
STATIC
VOID
GiveBuffer (
  IN EFI_PHYSICAL_ADDRESS  Physical
  )
{
  MmioWrite32 (mRegs + REG_BUFFER_SIZE, HOST_VARS_BUFFER_SIZE);
  mUsePio = (BOOLEAN)((MmioRead32 (mRegs + REG_FLAGS) & FLAG_USE_PIO) != 0);
  if (!mUsePio) {
    MmioWrite32 (mRegs + REG_DMA_ADDR_LO, (UINT32)Physical);
    MmioWrite32 (mRegs + REG_DMA_ADDR_HI, (UINT32)RShiftU64 (Physical, 32));
  }
}

VOID
HostVarsDeviceStart (
  IN UINT64  Base
  )
{
  CONST CHAR8  *Problem;
  EFI_STATUS   Status;
  UINT16       Magic;

  Problem = MapRegisters (Base);
  if (Problem != NULL) {
    HostVarsStop ("base 0x%Lx %a", Base, Problem);
  }

  mRegs = (UINTN)Base;
  Magic = MmioRead16 (mRegs + REG_MAGIC);
  if (Magic != MAGIC_VALUE) {
    HostVarsStop ("nothing answers at 0x%Lx (magic 0x%04x)", Base, Magic);
  }

  mBuffer = AllocateRuntimePages (EFI_SIZE_TO_PAGES (HOST_VARS_BUFFER_SIZE));
  if (mBuffer == NULL) {
    HostVarsStop ("out of memory");
  }

  //
  // What an earlier user of the device has left must not reach this one.
  //
  ZeroMem (mBuffer, HOST_VARS_BUFFER_SIZE);
  Status = RunCommand (CMD_RESET);
  if (EFI_ERROR (Status)) {
    HostVarsStop ("device at 0x%Lx refuses RESET: %r", Base, Status);
  }

  GiveBuffer ((UINTN)mBuffer);
  DEBUG ((
    DEBUG_INFO,
    "HostVars: variable service at 0x%Lx, %a mode, buffer at 0x%p\n",
    Base,
    mUsePio ? "PIO" : "DMA",
    mBuffer
    ));
}

VOID
HostVarsDeviceGoVirtual (
  VOID
  )
{
  EfiConvertPointer (0, (VOID **)&mRegs);
  EfiConvertPointer (0, (VOID **)&mBuffer);
}
